//! What a desk has done on the demo's stories: one of each kind of thing that an operation works on, so that every operation has an example.

use super::{counted::Counted, new_password, pictures::CHIME};
use crate::{
    access::{
        Action, Bookkeeping, Caller, Permit, System,
        keys::Keys,
        token::{self, Verified},
    },
    desk::{
        api_keys, articles, assignments,
        comments::{self, Draft as CommentDraft},
        corrections, listening, previews,
        releases::{self, ItemDraft},
        scheduling, sessions, translations, trash, uploads,
        users::{self, GrantDraft},
    },
    domain::{
        Error, Id, Instant, Locale,
        api_key::{Bounds, USUAL_SECONDS},
        article::{Article, Facts, Genre},
        assignment::Assignment,
        comment::Anchor,
        content::Content,
        correction::CorrectionKind,
        id::Entropy,
        network::Network,
        story::{Order, Which},
        user::{Role, User, UserStatus},
    },
    store::{self, Store, Tx},
};

/// Stories that are being worked on, and what they need.
pub(super) const STORIES: &str = include_str!("desk.ndjson");

/// How long the preview may be looked at, in seconds: a day.
const PREVIEWED_SECONDS: i64 = 24 * 3_600;

/// Work on the stories of the demo in an administrator's name, signed in as they would be.
pub(super) fn work(store: &Store, keys: &Keys, issuer: &str, admin: &str) -> Result<(), Error> {
    let operator = Caller::system(System::Operator);
    // Nobody signs in as these: their password is told to nobody.
    let (_, hash) = new_password(store)?;
    let (admin, translator) = store.write_now(&operator, |tx| {
        let admin = store::users::by_email(tx, admin)?.ok_or(Error::NotFound("user"))?;
        Ok((admin, users::create(tx, permit(&operator)?, &translator(), &hash)?.id))
    })?;
    let session = store.write_now(&Bookkeeping, |tx| sessions::begin(tx, admin, None, Network::UNKNOWN))?;
    let token = token::issue(session.subject(), keys, issuer, store.now(), store.entropy())?;
    let verified = Verified::from_token(&token, keys, issuer, store.now())?;
    let me = store.read_now(|tx| sessions::caller(tx, &verified))?;
    store.write_now(&me, |tx| {
        write(tx, &me)?;
        talk(tx, &me)?;
        publish(tx, &me)?;
        speak(tx, &me)?;
        hand_out(tx, &me, translator)?;
        users::create(tx, permit(&me)?, &former(), &hash)?;
        let_machines_in(tx, &me)?;
        upload(tx, &me)
    })
}

fn translator() -> users::Draft {
    let grants = vec![GrantDraft { role: Role::Translator, section: None, locale: Some(locale("hi")) }];
    users::Draft { email: Some("kavya@example.org".to_owned()), name: "Kavya Nair".to_owned(), status: UserStatus::Active, grants }
}

/// Somebody whom nothing refers to.
fn former() -> users::Draft {
    users::Draft {
        email: Some("rohan@example.org".to_owned()),
        name: "Rohan Das".to_owned(),
        status: UserStatus::Suspended,
        grants: Vec::new(),
    }
}

/// A service account with a key, and a key of the administrator's. They are shown to nobody, so that nobody has them.
fn let_machines_in(tx: &mut Tx<'_>, me: &Caller) -> Result<(), Error> {
    let grants = vec![GrantDraft { role: Role::Contributor, section: None, locale: None }];
    let wires = users::create_service(tx, permit(me)?, "Wire service".to_owned(), grants)?;
    let draft = |name: &str, scope: &[&str]| {
        let bounds = Bounds { scope: Some(scope.iter().map(|&action| action.to_owned()).collect()), ..Bounds::default() };
        api_keys::Draft { name: name.to_owned(), bounds, expires_in: USUAL_SECONDS }
    };
    api_keys::make_own(tx, me, me.myself()?, &draft("Statistics", &["desk.read", "article.read"]))?;
    api_keys::make(tx, &permit(me)?, wires.id, &draft("Import of the wires", &["article.create", "article.read"])).map(drop)
}

/// An upload of which nothing has come yet.
fn upload(tx: &mut Tx<'_>, me: &Caller) -> Result<(), Error> {
    let draft = uploads::Draft { length: 40, name: "terms.pdf".to_owned(), metadata: "filename dGVybXMucGRm".to_owned() };
    uploads::begin(tx, permit(me)?, draft, u64::MAX).map(drop)
}

fn permit<A: Action>(me: &Caller) -> Result<Permit<A>, Error> {
    Permit::try_from(me.clone())
}

fn locale(tag: &str) -> Locale {
    Locale::stored(tag.to_owned())
}

fn instant(text: &str) -> Result<Instant, Error> {
    text.parse().map_err(|_unsaid| Error::internal("no instant"))
}

/// The story that came in under a key.
fn story(tx: &mut Tx<'_>, key: &str) -> Result<Id<Article>, Error> {
    let imported = store::imports::find(tx, "article", key)?.ok_or(Error::NotFound("article"))?;
    Ok(imported.target.into())
}

/// A draft in its second revision, with a translation of the first; words that were removed; a story in the trash.
fn write(tx: &mut Tx<'_>, me: &Caller) -> Result<(), Error> {
    let draft = story(tx, "dredgers")?;
    articles::revise(tx, permit(me)?, draft, 1, |article| {
        Ok((Facts { genre: Genre::Explainer, ..article.facts.clone() }, "It explains more than it reports.".to_owned()))
    })?;
    translations::revise(tx, permit(me)?, draft, &locale("en"), Some(1), |there| {
        let content = Content { headline: "Dredgers wait for the spring tide".to_owned(), ..there.words.content.clone() };
        Ok(translations::Draft { content, ..translations::Draft::default() })
    })?;
    translations::delete(tx, permit(me)?, draft, &locale("bn"), 1)?;
    let lost = story(tx, "lost-ferry")?;
    trash::put(tx, permit(me)?, lost, 1)
}

/// A thread with a reply, and one that is done with.
fn talk(tx: &mut Tx<'_>, me: &Caller) -> Result<(), Error> {
    let draft = story(tx, "dredgers")?;
    let anchor = Anchor { locale: Some(locale("en")), ..Anchor::default() };
    let said = |text: &str| CommentDraft { anchor: anchor.clone(), text: text.to_owned(), ..CommentDraft::default() };
    let thread = comments::write(tx, permit(me)?, draft, said("Eleven years, or twelve?"))?.comment.id;
    let reply = CommentDraft { parent: Some(thread), text: "Eleven, says the harbour master.".to_owned(), ..CommentDraft::default() };
    comments::write(tx, permit(me)?, draft, reply)?;
    let done = comments::write(tx, permit(me)?, draft, said("Who lent the crane?"))?.comment;
    comments::settle(tx, permit(me)?, done.id, done.version, true).map(drop)
}

/// A correction, a release, a plan and a preview.
fn publish(tx: &mut Tx<'_>, me: &Caller) -> Result<(), Error> {
    let (river, draft, held) = (story(tx, "river-diary")?, story(tx, "dredgers")?, story(tx, "bridge-toll")?);
    let texts = [(locale("en"), "An earlier version gave the wrong year of the first entry.".to_owned())].into();
    let correction = corrections::Draft { id: None, kind: CorrectionKind::Correction, texts, blocks: Vec::new(), made_at: None };
    corrections::make(tx, permit(me)?, river, correction)?;
    let items = vec![ItemDraft { article_id: draft, locale: locale("en"), words_version: None, facts_version: None }];
    releases::create(tx, permit(me)?, releases::Draft { name: "The river".to_owned(), publish_at: None, items })?;
    let order = Order { publish_at: Some(instant("2099-03-01T00:30:00Z")?), unpublish_at: None, minor: false };
    scheduling::schedule(tx, permit(me)?, held, 2, Which::Locales([locale("en"), locale("hi")].into()), order)?;
    previews::make(tx, permit(me)?, draft, locale("en"), None, PREVIEWED_SECONDS).map(drop)
}

/// A chime, in the place of somebody who speaks, for one story in English.
fn speak(tx: &mut Tx<'_>, me: &Caller) -> Result<(), Error> {
    let (potters, english) = (story(tx, "potters-race")?, locale("en"));
    let chime = Id::from(Counted::from(CHIME.into()).uuid(tx.now()));
    listening::record(tx, permit(me)?, (potters, &english), 0, Some(chime)).map(drop)
}

/// Somebody's work.
fn hand_out(tx: &mut Tx<'_>, me: &Caller, translator: Id<User>) -> Result<(), Error> {
    let draft = story(tx, "dredgers")?;
    let assignment = Assignment { assignee: translator, due_at: Some(instant("2099-02-28T12:00:00Z")?) };
    assignments::assign(tx, permit(me)?, draft, &locale("hi"), Some(&assignment)).map(drop)
}
