//! Refusals, and what they say beside the problem.

use actix_web::http::{StatusCode, header::RETRY_AFTER};
use dateline::{
    api::problem::{Checks, Failure, Unread},
    domain::Error,
};

#[test]
fn whoever_is_to_come_again_is_told_when() {
    let checks = Checks { database: false, schema: None, writing: true, writing_stopped: None, turns: 0, turn_seconds: 0 };
    let all = [
        Error::Busy,
        Error::TookTooLong,
        Error::unavailable("x"),
        Error::DiskFull("x".into()),
        Error::ReadOnly("x".into()),
        Error::internal("x"),
        Error::Unconditional,
    ];
    for failure in all.into_iter().map(Failure::Rule).chain([Failure::NotReady(checks), Failure::Unread(Unread::Full)]) {
        let answer = failure.answer("1");
        assert_eq!(answer.status() == StatusCode::SERVICE_UNAVAILABLE, answer.headers().contains_key(RETRY_AFTER), "{failure:?}");
        if let Failure::Rule(error) = &failure {
            assert_eq!(answer.status() == StatusCode::SERVICE_UNAVAILABLE, error.passes());
        }
    }
}
