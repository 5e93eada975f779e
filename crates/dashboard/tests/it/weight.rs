//! What a first visit costs: everything that the page loads before somebody does something.

use std::collections::BTreeMap;

use actix_web::test::{TestRequest, read_body};

use crate::{PAGES, get, links, page, page_at};

/// Bytes, compressed: about a second on a phone far from the next mast.
const MOST: usize = 120_000;

/// The files that scripts import when they are loaded, themselves included, with their contents. What is imported only
/// when it is first used (`import("./export.js")`) is not among them.
pub(crate) async fn imported<F>(first: &[String], read: F) -> BTreeMap<String, String>
where
    F: AsyncFn(String) -> String,
{
    let mut found = BTreeMap::new();
    let mut wanted = first.to_vec();
    while let Some(file) = wanted.pop() {
        if found.contains_key(&file) {
            continue;
        }
        let script = read(file.clone()).await;
        for line in
            script.lines().filter(|line| ["import ", "export {", "} from "].iter().any(|start| line.starts_with(start)))
        {
            let path = line.split('"').nth(1).filter(|path| path.starts_with('.'));
            wanted.extend(path.map(|path| beside(&file, path)));
        }
        found.insert(file, script);
    }
    found
}

/// Where a relative path leads from a file.
fn beside(file: &str, path: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

async fn packed(path: &str) -> usize {
    let response = get(TestRequest::get().uri(path).insert_header(("Accept-Encoding", "gzip"))).await;
    assert_eq!(response.status(), 200, "{path}");
    read_body(response).await.len()
}

#[actix_web::test]
async fn a_first_visit_is_light() {
    let html = page(TestRequest::get()).await;
    // A picture for a home screen is loaded by whoever puts one there.
    let loaded = |link: &String| link.starts_with("/assets/") && !link.ends_with(".png");
    let links: Vec<String> = links(&html).into_iter().filter(loaded).collect();
    let base = links.iter().find_map(|link| link.strip_suffix("app/dashboard.js")).unwrap();
    let entries: Vec<String> = links.iter().filter_map(|link| Some(link.strip_prefix(base)?.to_owned())).collect();
    let scripts: Vec<String> = entries.iter().filter(|file| file.ends_with(".js")).cloned().collect();
    let read = async |file: String| {
        let body = read_body(get(TestRequest::get().uri(&format!("{base}{file}"))).await).await;
        String::from_utf8(body.to_vec()).unwrap()
    };
    let mut files: Vec<String> = imported(&scripts, read).await.into_keys().chain(entries).collect();
    files.sort();
    files.dedup();
    // The page itself, what it asks the API for, its stream, and what is loaded right after the first picture come beside.
    assert!(files.len() <= 3, "each file is a request: {files:?}");
    let mut all = vec![("the page".to_owned(), packed("/prepaid/dashboard").await)];
    // What the service worker keeps for a day without a server is loaded with the first visit too, where it is not there.
    let kept = ["app/offline-page.css", "app/offline.js"].map(|file| format!("{base}{file}"));
    let others = ["/manifest.webmanifest", "/service-worker.js", "/offline"].map(str::to_owned);
    for path in files.iter().map(|file| format!("{base}{file}")).chain(kept).chain(others) {
        let size = packed(&path).await;
        all.push((path, size));
    }
    all.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let sum: usize = all.iter().map(|(_, size)| size).sum();
    assert!(sum < MOST, "{sum} bytes: load by import() what is needed only later. {all:?}");
}

#[actix_web::test]
async fn each_page_asks_for_a_few_files() {
    for path in PAGES {
        let html = page_at(TestRequest::get(), path).await.replace("&#x2F;", "/");
        let loaded = |link: &&String| link.starts_with("/assets/") && !link.ends_with(".png");
        let links = links(&html);
        let files: Vec<&String> = links.iter().filter(loaded).collect();
        // A style sheet, the theme before the first picture, and the script with all that it imports.
        assert_eq!(files.len(), 3, "{path}: {files:?}");
        assert_eq!(files.iter().filter(|file| file.ends_with(".css")).count(), 1, "{path}: {files:?}");
        for file in files {
            let body = read_body(get(TestRequest::get().uri(file)).await).await;
            let text = String::from_utf8(body.to_vec()).unwrap();
            let taken =
                |line: &str| line.starts_with("import ") || line.contains("@import") || line.contains("url(../");
            assert!(!text.lines().any(taken), "{file} asks for more at once");
        }
        // What is loaded later asks for no style that the page has.
        let parts = html.split("data-parts=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        assert!(parts.split(' ').any(|part| part == "shared/page.css"), "{path}: {parts:?}");
    }
}
