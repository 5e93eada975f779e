//! What a subscriber waits for.

use std::sync::Arc;

use lalin_monitor::{Subscription, Update, Window};
use lalin_stats::{Frame, Rate};

/// The next tick's frame.
pub async fn tick(subscription: &mut Subscription) -> Arc<Frame> {
    loop {
        if let Update::Tick(frame) = subscription.next().await.unwrap() {
            return frame;
        }
    }
}

/// What `ether1` carries in the next tick.
pub async fn ether1_rate(subscription: &mut Subscription) -> Rate {
    let frame = tick(subscription).await;
    frame.rates[frame.interfaces.iter().position(|interface| &*interface.name == "ether1").unwrap()]
}

/// The next window.
pub async fn window(subscription: &mut Subscription) -> Window {
    loop {
        if let Update::Window(window) = subscription.next().await.unwrap() {
            return window;
        }
    }
}
