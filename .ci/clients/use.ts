// An editor's day with a generated client that validates every answer, against a running demo.
import assert from 'node:assert/strict';
import { client } from './made/hey/client.gen';
import * as api from './made/hey/sdk.gen';
import createClient from 'openapi-fetch';
import type { paths } from './made/contract';

const [, , baseUrl, email, password] = process.argv;
assert(baseUrl && email && password);
client.setConfig({ baseUrl, throwOnError: true });
const ok = { throwOnError: true } as const;

const tokens = await api.signIn({ ...ok, body: { email, password } });
client.setConfig({ baseUrl, throwOnError: true, auth: () => tokens.data.access_token });
const version = (answer: { response: Response }) => {
    const tag = answer.response.headers.get('etag');
    assert(tag);
    return { 'If-Match': tag };
};

// What readers get, in every language and every form.
const site = (await api.showSite(ok)).data;
for (const { locale } of site.locales) {
    for (const body of ['html', 'doc', 'markdown', 'text', 'portable_text', 'none'] as const) {
        const list = (await api.listArticles({ ...ok, query: { locale, body, limit: 50, include: ['section', 'authors', 'tags'] } })).data;
        assert(list.data.length > 5);
    }
    for (const query of [{ path: `/${locale}` }, { path: '/en/world' }, { path: '/en/world/the-river-that-kept-a-diary' }]) {
        await api.showPage({ ...ok, query });
        await api.resolvePath({ ...ok, query });
    }
    await api.listAuthors({ ...ok, query: { locale, sort: 'name', limit: 100 } });
    await api.listTags({ ...ok, query: { locale, text: 'a' } });
    await api.listSections({ ...ok, query: { locale } });
}

// What the desk does.
await api.showMe(ok);
const section = (await api.listSections({ ...ok, query: { locale: 'en' } })).data.data[0]!;
const tag = await api.createTag({ ...ok, body: { kind: 'topic', translations: { en: { name: 'Generated clients' } } } });
await api.reviseTag({ ...ok, path: { id: tag.data.id }, headers: version(tag), body: { translations: { hi: { name: 'ग्राहक' } } } });
const made = await api.createArticle({
    ...ok,
    body: {
        kind: 'story', section_id: section.id, source_locale: 'en', tags: [tag.data.id],
        translations: { en: { headline: 'A day of an editor', body: { format: 'markdown', content: 'One **word**.' } } },
    },
});
const id = made.data.id;
const words = await api.showTranslation({ ...ok, path: { id, locale: 'en' }, query: { body: 'doc' } });
const saved = await api.reviseTranslation({
    ...ok, path: { id, locale: 'en' }, headers: version(words), body: { summary: 'In a few words.', note: 'a summary' },
});
assert.equal(saved.data.summary, 'In a few words.');
await api.checkArticle({ ...ok, path: { id }, body: {} });
const article = await api.showDeskArticle({ ...ok, path: { id } });
await api.publishArticle({ ...ok, path: { id }, headers: version(article), body: { locales: ['en'] } });
assert.equal((await api.showArticle({ ...ok, path: { id }, query: { locale: 'en' } })).data.headline, 'A day of an editor');
for (const list of [api.listDeskArticles, api.listUsers, api.listAudit, api.listTrash, api.listReleases, api.listSchedule]) {
    await list(ok);
}
await api.listTranslations({ ...ok, query: { locale: 'hi' } });
await api.listPeople(ok);
await api.listWork(ok);

// The same with the types alone.
const typed = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${tokens.data.access_token}` } });
const shown = await typed.GET('/v1/articles/{id}', { params: { path: { id }, query: { body: 'html' } } });
assert(shown.data && 'headline' in shown.data);
const refused = await typed.PATCH('/v1/desk/articles/{id}', {
    params: { path: { id }, header: { 'If-Match': '"1000"' } }, body: { genre: 'analysis' },
});
assert.equal(refused.error?.code, 'stale');
