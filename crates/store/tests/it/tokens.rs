//! Tokens and links: what they open, until when.

use lalin_store::{Access, Error, Grant, Moment, NewToken, Ticket, TokenKind};

use crate::{NOW, store};

fn line(interface: Option<&str>) -> Access {
    Access::viewer_of(vec![Grant { router: "pop-1".parse().unwrap(), interface: interface.map(Into::into) }])
}

fn token(kind: TokenKind, access: Access) -> NewToken {
    NewToken { kind, name: "billing".into(), access, expires: None }
}

#[tokio::test]
async fn a_token_opens_what_it_was_made_for_until_it_is_revoked() {
    let store = store();
    let (made, ticket) = store.add_token(token(TokenKind::Api, line(None)), NOW).await.unwrap();
    let found = store.token(&ticket, NOW).await.unwrap().unwrap();
    assert_eq!((found.id, &found.access), (made.id, &made.access));
    assert_eq!(store.tokens().await.unwrap()[0].used, Some(NOW));
    assert!(store.token(&Ticket::presented("nonsense"), NOW).await.unwrap().is_none());
    store.remove_token(made.id).await.unwrap();
    assert!(store.token(&ticket, NOW).await.unwrap().is_none());
    assert!(matches!(store.remove_token(made.id).await, Err(Error::Unknown { .. })));
}

#[tokio::test]
async fn an_expired_link_opens_nothing() {
    let store = store();
    let until = Moment(NOW.0 + 1_000);
    let share = NewToken { expires: Some(until), ..token(TokenKind::Share, line(Some("<pppoe-budi>"))) };
    let (_, ticket) = store.add_token(share, NOW).await.unwrap();
    assert!(store.token(&ticket, Moment(until.0 - 1)).await.unwrap().is_some());
    assert!(store.token(&ticket, until).await.unwrap().is_none());
}

#[tokio::test]
async fn a_link_opens_exactly_one_interface() {
    let store = store();
    for access in [Access::administrator(), Access::viewer(), line(None), Access::viewer_of(Vec::new())] {
        let refused = store.add_token(token(TokenKind::Share, access), NOW).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    }
}
