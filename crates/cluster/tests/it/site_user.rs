//! A site's user at real servers: what it may, and what it may not.

use std::time::Duration;

use futures_util::StreamExt;
use lalin_cluster::{Bucket, Connection, Credentials, Error, Settings, SiteUser, buckets, site_user};
use lalin_test_nats::{NatsServers, Setup, Version};
use tokio::time::timeout;

use crate::support::settings;

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn the_printed_block_lets_a_site_do_its_own_work_and_nothing_else() {
    for version in [Version::V2_12, Version::V2_10] {
        let (own, other) = (SiteUser::random().unwrap(), SiteUser::random().unwrap());
        let users = format!(
            "authorization {{ users: [\n{{ user: admin, password: secret }}\n{}{}\n] }}",
            site_user("c", "s1", &own.public_key),
            site_user("c", "s2", &other.public_key),
        );
        let setup = Setup::new(1, version).with(&users).administrator("admin", "secret");
        let servers = NatsServers::start_with(setup).await;
        let login = |credentials: Credentials, site: Option<&str>| Settings {
            credentials,
            site: site.map(str::to_owned),
            ..settings(&servers, "n")
        };
        let centre = login(Credentials::UserPassword("admin".into(), "secret".into()), None);
        let centre = Connection::open(centre).await.expect("the centre");
        let site =
            Connection::open(login(Credentials::NkeySeed(own.seed.clone()), Some("s1"))).await.expect("the site");

        // The centre makes what the site needs; the site finds it and makes nothing.
        let own = Some("s1");
        let plans = [
            buckets::nodes(&centre),
            buckets::holds(&centre, own),
            buckets::site(&centre, "s1"),
            buckets::alerts(&centre, own),
        ];
        for plan in &plans {
            Bucket::open(&centre, plan).await.expect("the centre makes it");
            Bucket::open(&site, plan).await.unwrap_or_else(|error| panic!("{}: {error}", plan.name));
        }
        let nodes = Bucket::open(&site, &plans[0]).await.unwrap();
        let holds = Bucket::open(&site, &plans[1]).await.unwrap();
        nodes.create("s1.n", "alive").await.expect("its lease");
        let revision = holds.create("r1", "mine").await.expect("a claim");
        holds.update("r1", "mine still", revision).await.expect("its claim");
        assert!(holds.read("r1").await.unwrap().is_some());
        assert_eq!(holds.read_all().await.expect("all claims").0.len(), 1);
        let rows = Bucket::open(&centre, &plans[2]).await.unwrap();
        rows.create("routers.r1", "a router").await.unwrap();
        let rows = Bucket::open(&site, &plans[2]).await.unwrap();
        assert_eq!(rows.read_all().await.expect("its rows").0.len(), 1);

        let alerts = Bucket::open(&site, &plans[3]).await.unwrap();
        alerts.create("r1", "down").await.expect("what stands of its routers");
        assert!(alerts.read("r1").await.unwrap().is_some());
        assert_eq!(alerts.read_all().await.expect("all that stands").0.len(), 1);

        // What is another's, or the centre's.
        let others = Bucket::open(&centre, &buckets::alerts(&centre, Some("s2"))).await.unwrap();
        let intruder = site.jetstream().publish(format!("$KV.{}.r1", others.name()), "well".into()).await;
        let refused = match intruder {
            Ok(answer) => answer.await.is_err(),
            Err(_) => true,
        };
        assert!(refused && others.read("r1").await.unwrap().is_none());
        let forbidden = |done: Result<u64, Error>| assert!(matches!(done, Err(Error::Forbidden(_))), "{done:?}");
        forbidden(nodes.create("s2.n", "not mine").await);
        forbidden(nodes.create("=.n", "not mine").await);
        forbidden(rows.create("routers.r2", "not for it to say").await);
        for plan in [
            buckets::holds(&centre, Some("s2")),
            buckets::holds(&centre, None),
            buckets::state(&centre),
            buckets::alerts(&centre, None),
        ] {
            Bucket::open(&centre, &plan).await.unwrap();
            let opened = site.jetstream().get_stream(format!("KV_{}", plan.name)).await;
            assert!(opened.is_err(), "{}", plan.name);
        }

        // Subjects: its own are heard and answered, no other's.
        let asked = site.subject(&["s1", "node", "n", "handover"]);
        let mut questions = site.client().subscribe(asked.clone()).await.unwrap();
        let answers = async {
            let question = timeout(SOON, questions.next()).await.expect("a question").unwrap();
            site.client().publish(question.reply.unwrap(), "here".into()).await.unwrap();
        };
        // Until the server knows of the subscription nobody answers.
        let asks = async {
            loop {
                if let Ok(answer) = centre.client().request(asked.clone(), "what?".into()).await {
                    return answer;
                }
            }
        };
        let (answer, ()) = tokio::join!(timeout(SOON, asks), answers);
        assert_eq!(&answer.expect("whoever asks is answered").payload[..], b"here");
        let mut eavesdrops = site.client().subscribe(centre.subject(&["s2", ">"])).await.unwrap();
        let mut said = centre.client().subscribe(centre.subject(&["s2", ">"])).await.unwrap();
        site.client().publish(centre.subject(&["s2", "want"]), "false".into()).await.unwrap();
        site.client().flush().await.unwrap();
        centre.client().flush().await.unwrap();
        centre.client().publish(centre.subject(&["s2", "want"]), "true".into()).await.unwrap();
        let heard = timeout(SOON, said.next()).await.expect("what the centre says").unwrap();
        assert_eq!(&heard.payload[..], b"true", "what the site said of another was not passed on");
        let heard = timeout(Duration::from_millis(300), eavesdrops.next()).await;
        assert!(!matches!(heard, Ok(Some(_))), "{heard:?}");
    }
}
