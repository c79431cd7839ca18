//! The log of changes.

use dateline::domain::{
    Locale,
    change::{Change, Event, Subject},
};

#[test]
fn every_subject_is_read_back_from_its_parts() {
    let id = uuid::Uuid::from_u128(7);
    let all = [
        Subject::Site,
        Subject::Locale(Locale::english()),
        Subject::Section(id.into()),
        Subject::Author(id.into()),
        Subject::Tag(id.into()),
        Subject::Article(id.into()),
        Subject::Translation(id.into(), Locale::english()),
        Subject::Comment(id.into()),
        Subject::Correction(id.into()),
        Subject::Preview(id.into()),
        Subject::Redirect(id.into()),
        Subject::Menu(id.into()),
        Subject::Collection(id.into()),
        Subject::Release(id.into()),
        Subject::User(id.into()),
        Subject::SignIn,
        Subject::SigningKey,
    ];
    for subject in all {
        let change = Change::new(Event::Created, subject.clone());
        let (kind, id, locale) = change.parts();
        assert_eq!(Subject::logged(kind, id, locale.cloned()), Some(subject));
    }
}
