//! `lalin user`: the accounts, from the machine itself.

use std::io::{BufRead, IsTerminal};

use lalin_config::Config;
use lalin_store::{Access, Actor, AuditEvent, Store, Timestamp};
use zeroize::Zeroizing;

use crate::cli::UserCommand;
use crate::error::Error;
use crate::store;

/// Does what was asked; prints what there is to say.
pub(crate) async fn run(config: &Config, command: UserCommand) -> Result<(), Error> {
    let store = store::open(config)?;
    match command {
        UserCommand::Add { name, viewer } => {
            let password = new_password(&name)?;
            let access = if viewer { Access::viewer() } else { Access::administrator() };
            // The first account locks everybody else out: it has to be one that can let them in again.
            if viewer && !store.has_administrator().await? {
                return Err(Error::FirstIsAdministrator);
            }
            let user = store.add_user(&name, password, access, Timestamp::now()).await?;
            record(&store, "user.add", &user.name).await?;
            println!("{} {} was added", user.access.role().as_str(), user.name);
        }
        UserCommand::Password { name } => {
            let user = find(&store, &name).await?;
            let name = &user.name;
            store.set_password(user.id, new_password(name)?).await?;
            record(&store, "user.password", name).await?;
            println!("the password of {name} is a new one; every session of it has ended");
        }
        UserCommand::Remove { name } => {
            let user = find(&store, &name).await?;
            store.remove_user(user.id).await?;
            record(&store, "user.remove", &user.name).await?;
            println!("{} was removed", user.name);
        }
        UserCommand::List => {
            for user in store.users().await? {
                println!("{:<14} {}", user.access.role().as_str(), user.name);
            }
        }
    }
    Ok(())
}

async fn find(store: &Store, name: &str) -> Result<lalin_store::User, Error> {
    store.user_named(name).await?.ok_or_else(|| Error::NoUser { name: name.to_owned() })
}

async fn record(store: &Store, action: &str, target: &str) -> Result<(), Error> {
    let actor = Actor { name: "this machine".to_owned(), address: String::new() };
    let event = AuditEvent { at: Timestamp::now(), actor, action: action.to_owned(), target: target.to_owned() };
    Ok(store.record(event).await?)
}

/// Asked for twice at a terminal; otherwise the first line of the standard input.
fn new_password(name: &str) -> Result<Zeroizing<String>, Error> {
    let failed = |source| Error::Asked { what: format!("the password of {name}"), source };
    if !std::io::stdin().is_terminal() {
        let mut line = Zeroizing::new(String::new());
        std::io::stdin().lock().read_line(&mut line).map_err(failed)?;
        return Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let ask = |prompt: String| rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(failed);
    let password = ask(format!("New password of {name}: "))?;
    if *ask("The same once more: ".to_owned())? != *password {
        return Err(Error::NotTheSame);
    }
    Ok(password)
}
