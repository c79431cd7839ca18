"""An editor's first hour with a client of openapi-generator, as it came out of the generator: signing in, lists, a story, a write with
`If-Match`, and a refusal."""

import importlib
import json
import pkgutil
import sys

import openapi_generator_client as made
from openapi_generator_client import api, models
from openapi_generator_client.exceptions import ApiException, NotFoundException, UnprocessableEntityException

# Every file that was made can be loaded.
loaded = [importlib.import_module(module.name) for module in pkgutil.walk_packages(made.__path__, made.__name__ + ".")]
assert len(loaded) > 300, len(loaded)

server, email, password = sys.argv[1:]
client = made.ApiClient(made.Configuration(host=server))
tokens = api.AuthApi(client).sign_in(models.Credentials(email=email, password=password))
client.configuration.access_token = tokens.access_token
me = api.AuthApi(client).show_me()
assert me.email == email, me

# What readers get: lists, one story, whole pages of each kind.
articles = api.ArticlesApi(client)
for locale in ["en", "hi", "bn", "kn"]:
    for body in ["html", "doc", "markdown", "text", "portable_text"]:
        listing = articles.list_articles(locale=locale, body=body, limit=50)
        assert len(listing.data) > 5, listing
story = articles.find_article("the-river-that-kept-a-diary", locale="en")
assert story.headline == "The river that kept a diary" and story.id is not None
assert articles.show_article(story.id, locale="hi").locale == "hi"
for path, kind in [("/en", models.HomePage), ("/en/world", models.SectionPage), ("/en/world/the-river-that-kept-a-diary", models.ArticlePage)]:
    page = api.PagesApi(client).show_page(path=path)
    assert isinstance(page.actual_instance, kind), page
assert api.TagsApi(client).list_tags(locale="en").data and api.AuthorsApi(client).list_authors(locale="hi").data
sections = api.SectionsApi(client).list_sections(locale="en").data

# A write to what exists takes the tag of what was read.
desk = api.DeskArticlesApi(client)
created = desk.create_article(models.NewArticle.from_dict({
    "kind": "story", "section_id": sections[0].id, "source_locale": "en",
    "translations": {"en": {"headline": "Written by a generated client", "body": {"format": "markdown", "content": "One **word**."}}},
}))
read = desk.show_desk_article_with_http_info(created.id)
revised = desk.revise_article_with_http_info(created.id, read.headers["etag"], models.DeskArticlePatch.from_dict({"genre": "analysis"}))
assert revised.data.genre == "analysis" and revised.data.version == read.data.version + 1
published = api.DeskPublishingApi(client).publish_article(created.id, revised.headers["etag"], models.Publication.from_dict({"locales": ["en"]}))
assert published.translations["en"].live is not None


def refused(error: ApiException) -> models.Problem:
    """The problem in a refusal: the generator gives it as the model that the contract has for its status, or as text."""
    return error.data if isinstance(error.data, models.Problem) else models.Problem.from_dict(json.loads(error.body))


try:
    desk.revise_article(created.id, read.headers["etag"], models.DeskArticlePatch.from_dict({"genre": "news"}))
    raise AssertionError("a stale write was taken")
except ApiException as error:
    problem = refused(error)
    assert (error.status, problem.code, problem.current_version) == (412, "stale", revised.data.version), problem
try:
    articles.show_article("01935a4e-7c00-7000-8000-000000000001", locale="en")
    raise AssertionError("what is not there was found")
except NotFoundException as error:
    assert refused(error).code == "not-found"
try:
    api.DeskTagsApi(client).create_tag(models.NewTag.from_dict({"kind": "topic", "translations": {"en": {"name": " "}}}))
    raise AssertionError("a tag with nothing but a space for its name was taken")
except UnprocessableEntityException as error:
    problem = refused(error)
    assert problem.errors and problem.errors[0].pointer.startswith("#/translations"), problem
