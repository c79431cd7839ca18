// With a validator of every answer: what the contract does not say is an error. (Its validator of requests does not see headers.)
export default {
    input: '../../openapi/v1.json',
    output: 'made/hey',
    plugins: ['@hey-api/typescript', '@hey-api/client-fetch', { name: '@hey-api/sdk', validator: { response: 'zod' } }, 'zod'],
};
