-- Tables of a store of `oreflow watch`, version 1. A change here is a new version, with the way to it in store.py.

CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('folder', 'url', 'file')),
    etag TEXT NOT NULL DEFAULT '',
    modified TEXT NOT NULL DEFAULT '',
    polled TEXT,
    error TEXT
);

CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES sources (id),
    key TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('read', 'same', 'refused')),
    same_as INTEGER REFERENCES articles (id),
    reason TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL,
    title TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    published TEXT,
    date TEXT,
    seen TEXT NOT NULL,
    hash TEXT NOT NULL DEFAULT '',
    sketch BLOB NOT NULL DEFAULT x'',
    text TEXT NOT NULL DEFAULT '',
    UNIQUE (source, key)
);
CREATE INDEX articles_by_hash ON articles (hash);
CREATE INDEX articles_by_date ON articles (date);

CREATE TABLE claims (
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    type TEXT NOT NULL,
    subject TEXT,
    commodity TEXT,
    claim TEXT NOT NULL CHECK (json_valid(claim)),
    PRIMARY KEY (article, number)
);

CREATE TABLE events (
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    type TEXT NOT NULL,
    label TEXT NOT NULL,
    event TEXT NOT NULL CHECK (json_valid(event)),
    PRIMARY KEY (article, number)
);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    made TEXT NOT NULL,
    runs TEXT NOT NULL CHECK (json_valid(runs)),
    world TEXT NOT NULL,
    since TEXT,
    input TEXT NOT NULL,
    articles TEXT NOT NULL CHECK (json_valid(articles)),
    picture TEXT NOT NULL CHECK (json_valid(picture)),
    change TEXT NOT NULL CHECK (json_valid(change))
);
