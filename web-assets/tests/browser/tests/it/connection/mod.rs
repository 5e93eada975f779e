//! Routers, servers and people that come and go.

mod accounts;
mod broken_streams;
mod first_visit;
mod newcomer;
mod outages;
mod page_lifecycle;
mod requests;
mod router_form;
mod trouble_panel;
mod viewers;
mod watching;
