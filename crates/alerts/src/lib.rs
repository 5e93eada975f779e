//! Alerts: rules over what routers do, states that survive a restart, and the channels that tell people.
