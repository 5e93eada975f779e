//! Tokens and links: what they open, until when.

use lalin_store::{Access, Error, Grant, NewToken, SecretToken, Timestamp, TokenKind};

use zeroize::Zeroizing;

use crate::{NOW, store};

fn line(interface: Option<&str>) -> Access {
    Access::viewer_of(vec![Grant { router: "pop-1".parse().unwrap(), interface: interface.map(Into::into) }])
}

fn token(kind: TokenKind, access: Access) -> NewToken {
    NewToken { kind, name: "billing".into(), access, expires: None, maker: None }
}

#[tokio::test]
async fn a_token_opens_what_it_was_made_for_until_it_is_revoked() {
    let store = store();
    let (made, secret) = store.add_token(token(TokenKind::Api, line(None)), NOW).await.unwrap();
    let found = store.token(&secret, NOW).await.unwrap().unwrap();
    assert_eq!((found.id, &found.access), (made.id, &made.access));
    assert_eq!(store.tokens().await.unwrap()[0].used, Some(NOW));
    assert!(store.token(&SecretToken::presented("nonsense"), NOW).await.unwrap().is_none());
    store.remove_token(made.id).await.unwrap();
    assert!(store.token(&secret, NOW).await.unwrap().is_none());
    assert!(matches!(store.remove_token(made.id).await, Err(Error::Unknown { .. })));
}

#[tokio::test]
async fn an_expired_link_opens_nothing() {
    let store = store();
    let until = Timestamp(NOW.0 + 1_000);
    let share = NewToken { expires: Some(until), ..token(TokenKind::Share, line(Some("<pppoe-budi>"))) };
    let (_, secret) = store.add_token(share, NOW).await.unwrap();
    assert!(store.token(&secret, Timestamp(until.0 - 1)).await.unwrap().is_some());
    assert!(store.token(&secret, until).await.unwrap().is_none());
}

#[tokio::test]
async fn a_link_opens_one_to_eight_lines_and_no_whole_router() {
    let store = store();
    let lines = |count: usize, whole: bool| {
        let line =
            |at: usize| Grant { router: format!("pop-{at}").parse().unwrap(), interface: Some(format!("e{at}")) };
        let router = Grant { router: "pop-1".parse().unwrap(), interface: None };
        Access::viewer_of((0..count).map(line).chain(whole.then_some(router)).collect())
    };
    for access in [lines(1, false), lines(8, false)] {
        let (made, secret) = store.add_token(token(TokenKind::Share, access.clone()), NOW).await.unwrap();
        assert_eq!((&made.access, &store.token(&secret, NOW).await.unwrap().unwrap().access), (&access, &access));
    }
    let none =
        [Access::administrator(), Access::viewer(), line(None), lines(0, false), lines(9, false), lines(2, true)];
    for access in none {
        let refused = store.add_token(token(TokenKind::Share, access), NOW).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_token_opens_no_more_than_its_maker_may_see_and_ends_with_the_maker() {
    let store = store();
    let add = async |name: &str| {
        let password = Zeroizing::new("kata sandi".to_owned());
        store.add_user(name, password, Access::administrator(), NOW).await.unwrap().id
    };
    let (sari, budi) = (add("sari").await, add("budi").await);
    let made = |access| NewToken { maker: Some(budi), ..token(TokenKind::Api, access) };
    let (_, administrator) = store.add_token(made(Access::administrator()), NOW).await.unwrap();
    let (_, limited) = store.add_token(made(line(Some("ether1"))), NOW).await.unwrap();
    let (_, hers) = store.add_token(NewToken { maker: Some(sari), ..made(Access::viewer()) }, NOW).await.unwrap();
    let (_, old) = store.add_token(NewToken { maker: None, ..made(Access::viewer()) }, NOW).await.unwrap();
    let opens = async |secret: &SecretToken| store.token(secret, NOW).await.unwrap().map(|token| token.access);
    assert_eq!(opens(&administrator).await, Some(Access::administrator()));
    store.set_access(budi, Access::viewer()).await.unwrap();
    assert_eq!(opens(&administrator).await, Some(Access::viewer()));
    store.set_access(budi, line(None)).await.unwrap();
    assert_eq!(opens(&administrator).await, Some(line(None)));
    assert_eq!(opens(&limited).await, Some(line(Some("ether1"))));
    let makers = store.tokens().await.unwrap().into_iter().map(|token| token.maker.map(|maker| maker.name));
    assert_eq!(makers.collect::<Vec<_>>(), [None, Some("sari".into()), Some("budi".into()), Some("budi".into())]);
    store.remove_user(budi).await.unwrap();
    assert_eq!((opens(&administrator).await, opens(&limited).await), (None, None));
    assert_eq!((opens(&hers).await, opens(&old).await), (Some(Access::viewer()), Some(Access::viewer())));
}
