//! `lalin user`: the accounts, from the machine itself.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use lalin_config::Config;
use lalin_store::{Access, Actor, AuditEvent, Store, Timestamp, User};
use zeroize::Zeroizing;

use crate::cli::UserCommand;
use crate::columns::table;
use crate::error::Error;
use crate::store;
use crate::words::say;

/// Where the service keeps its data, as deploy/lalin.service says.
const SERVICE: &str = "/var/lib/lalin";

/// Does what was asked; prints what there is to say. Without data in a folder that nobody `named` nothing is done: who
/// runs this beside the service would otherwise make accounts that it does not know.
pub(crate) async fn run(config: &Config, named: bool, command: UserCommand) -> Result<(), Error> {
    #[cfg(feature = "cluster")]
    if let Some(joined) = crate::cluster::joined(config).await? {
        return act(&joined.store, command).await;
    }
    let folder = std::path::absolute(&config.data_dir).unwrap_or_else(|_| config.data_dir.clone());
    if !store::exists(&folder) {
        if !named {
            let service = Some(PathBuf::from(SERVICE)).filter(|path| path.is_dir() && *path != folder);
            return Err(Error::NoData { folder, command: command.call(), service });
        }
        eprintln!("{}", say("account.made-folder", &[("folder", &folder.display())]));
    }
    act(&store::open(config)?, command).await
}

async fn act(store: &Store, command: UserCommand) -> Result<(), Error> {
    match command {
        UserCommand::Add { name, viewer } => {
            let password = new_password(&name)?;
            let access = if viewer { Access::viewer() } else { Access::administrator() };
            // The first account locks everybody else out: it has to be one that can let them in again.
            if viewer && !store.has_administrator().await? {
                return Err(Error::FirstIsAdministrator);
            }
            let adding = store.add_user(&name, password, access, Timestamp::now());
            let user = store.audited(event("user.add", &name), adding).await?;
            let said = if viewer { "account.viewer-added" } else { "account.administrator-added" };
            println!("{}", say(said, &[("name", &user.name)]));
        }
        UserCommand::Password { name } => {
            let user = find(store, &name).await?;
            let name = &user.name;
            let changing = store.set_password(user.id, new_password(name)?);
            store.audited(event("user.password", name), changing).await?;
            println!("{}", say("account.password-changed", &[("name", name)]));
        }
        UserCommand::Remove { name } => {
            let user = find(store, &name).await?;
            store.audited(event("user.remove", &user.name), store.remove_user(user.id)).await?;
            println!("{}", say("account.removed", &[("name", &user.name)]));
        }
        UserCommand::List => {
            let role = |user: &User| say(&format!("role.{}", user.access.role().as_str()), &[]);
            let rows: Vec<_> = store.users().await?.iter().map(|user| vec![role(user), user.name.clone()]).collect();
            print!("{}", table(&rows));
        }
    }
    Ok(())
}

async fn find(store: &Store, name: &str) -> Result<User, Error> {
    store.user_named(name).await?.ok_or_else(|| Error::NoUser { name: name.to_owned() })
}

fn event(action: &str, target: &str) -> AuditEvent {
    let actor = Actor { name: "this machine".to_owned(), address: String::new() };
    AuditEvent { at: Timestamp::now(), actor, action: action.to_owned(), target: target.to_owned() }
}

/// Asked for twice at a terminal; otherwise the first line of the standard input.
fn new_password(name: &str) -> Result<Zeroizing<String>, Error> {
    let failed = |reason| Error::Asked { name: name.to_owned(), reason };
    if !std::io::stdin().is_terminal() {
        let mut line = Zeroizing::new(String::new());
        std::io::stdin().lock().read_line(&mut line).map_err(failed)?;
        return Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()));
    }
    let ask = |prompt: String| rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(failed);
    let password = ask(say("account.password", &[("name", &name)]))?;
    if *ask(say("account.again", &[]))? != *password {
        return Err(Error::NotTheSame);
    }
    Ok(password)
}
