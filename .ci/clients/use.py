"""Reading the demo with a client of openapi-python-client, and its answers with pydantic's models."""

import json
import sys
import urllib.request

from made.client import Client
from made.client.api.articles import list_articles
from made.client.api.pages import show_page
from made.client.api.tags import list_tags
from made.client.models import ArticleListing, ArticlePage, HomePage, TagListing
from made import models

server = sys.argv[1]
client = Client(base_url=server, raise_on_unexpected_status=True)

listing = list_articles.sync(client=client, limit=50)
assert isinstance(listing, ArticleListing) and len(listing.data) > 5, listing
tags = list_tags.sync(client=client)
assert isinstance(tags, TagListing) and tags.data, tags
for path, kind in [("/en", HomePage), ("/en/world/the-river-that-kept-a-diary", ArticlePage)]:
    page = show_page.sync(client=client, path=path)
    assert isinstance(page, kind), page


def get(path: str) -> object:
    with urllib.request.urlopen(server + path) as answer:
        return json.load(answer)


for body in ["html", "doc", "portable_text"]:
    models.ArticleListing.model_validate(get(f"/v1/articles?body={body}&limit=100"))
models.SiteInfo.model_validate(get("/v1/site"))
models.AuthorListing.model_validate(get("/v1/authors"))
