//! The peer that nobody can be quicker than with this web framework: a handler that hands out the same bytes and headers,
//! and does nothing else.

use std::path::Path;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{App, HttpResponse, HttpServer, web};

/// One prepared answer.
#[derive(Clone)]
struct Prepared {
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Prepared {
    fn read(folder: &Path, name: &str) -> Self {
        let head = std::fs::read_to_string(folder.join(format!("{name}.head"))).unwrap();
        let headers = head.lines().skip(1).filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            // The server writes these itself.
            let own = ["content-length", "transfer-encoding", "date", "connection"];
            let wanted = !own.iter().any(|own| name.eq_ignore_ascii_case(own));
            wanted.then(|| (name.parse().unwrap(), value.trim().parse().unwrap()))
        });
        let body = std::fs::read(folder.join(format!("{name}.body"))).unwrap().into();
        Self { headers: headers.collect(), body }
    }

    fn answer(&self) -> HttpResponse {
        let mut answer = HttpResponse::Ok();
        for header in &self.headers {
            answer.insert_header(header.clone());
        }
        answer.body(self.body.clone())
    }
}

/// Serves `/plain` and `/gzip` from a folder, and prints where.
pub(crate) fn serve(folder: &Path) {
    let prepared = ["plain", "gzip"].map(|name| Prepared::read(folder, name));
    let server = async move {
        let server = HttpServer::new(move || {
            let [plain, gzip] = prepared.clone();
            App::new()
                .route("/plain", web::get().to(move || std::future::ready(plain.answer())))
                .route("/gzip", web::get().to(move || std::future::ready(gzip.answer())))
        });
        let workers = std::thread::available_parallelism().map_or(2, usize::from).min(4);
        let server = server.workers(workers).bind(("127.0.0.1", 0)).unwrap();
        println!("{}", server.addrs()[0]);
        server.run().await.unwrap();
    };
    actix_web::rt::System::new().block_on(server);
}
