//! Which role may do what.

use dateline::{
    access::{
        action,
        policy::{
            Reach::{No, Yes},
            reach,
        },
    },
    domain::user::Role,
};

#[test]
fn who_may_plan_may_do_what_is_planned() {
    for role in Role::ALL {
        for action in ["article.publish", "article.unpublish"] {
            assert_eq!(reach(*role, "article.schedule"), reach(*role, action), "{role} {action}");
        }
        assert_eq!(reach(*role, "release.manage"), reach(*role, "article.publish"), "{role}");
    }
}

#[test]
fn each_editorial_role_may_do_what_the_one_below_may() {
    for action in action::ALL {
        assert!(reach(Role::Editor, action) == No || reach(Role::Chief, action) == Yes, "{action}");
        assert!(reach(Role::Chief, action) == No || reach(Role::Admin, action) == Yes, "{action}");
    }
}
