module.exports = { dateline: { input: '../../openapi/v1.json', output: { target: 'made/orval/api.ts', client: 'fetch', mode: 'single' } } };
