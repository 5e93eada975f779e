"""A router that answers each command as its path says, encoded by librouteros. Prints its address, serves until killed."""
import hashlib
import socketserver

from librouteros.protocol import decode_length, determine_length, encode_sentence

CHALLENGE = "856780b7411eefd3abadee2058c149a3"

# What follows the command's tag, sentence by sentence: (reply word, attributes). A tag is put behind the reply word.
SCRIPTS = {
    "/t/rows": [("!re", ["=a=1"]), ("!re", ["=a=2"]), ("!done", [])],
    "/t/empty-then-rows": [("!empty", []), ("!re", ["=a=1"]), ("!empty", []), ("!re", ["=a=2"]), ("!done", [])],
    "/t/two-traps": [("!trap", ["=category=0", "=message=first"]), ("!trap", ["=message=second"]), ("!done", [])],
    "/t/unknown-trap-attribute": [("!trap", ["=message=strange", "=line=7"]), ("!done", [])],
    "/t/ret": [("!done", ["=ret=*7"])],
    "/t/bare-row": [("!re", []), ("!re", ["=a=1"]), ("!done", [])],
    "/t/bytes": [("!re", ["=name=café"]), ("!done", [])],
    "/t/unknown-word": [("!news", ["=a=0"]), ("!re", ["=a=1"]), ("!done", [])],
}


class Router(socketserver.BaseRequestHandler):
    def read(self, length):
        data = b""
        while len(data) < length:
            more = self.request.recv(length - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def sentence(self):
        words = []
        while True:
            first = self.read(1)
            length = decode_length(first + self.read(determine_length(first)))
            if length == 0:
                return words
            words.append(self.read(length).decode("cp1252"))

    def say(self, *words):
        self.request.sendall(encode_sentence(*[word for word in words if word], encoding="cp1252"))

    def handle(self):
        try:
            while True:
                self.answer(self.sentence())
        except (ConnectionError, OSError):
            pass

    def answer(self, words):
        tag = next((word for word in words if word.startswith(".tag=")), "")
        path = words[0]
        said = dict(word[1:].split("=", 1) for word in words if word.startswith("=") and "=" in word[1:])
        if path == "/login":
            self.login(said, tag)
        elif path == "/cancel":
            # In the order of a real router.
            target = ".tag=" + said.get("tag", "")
            self.say("!trap", target, "=category=2", "=message=interrupted")
            self.say("!done", tag)
            self.say("!done", target)
        elif path == "/t/hostile-length":
            self.request.sendall(b"\xf0\x7f\xff\xff\xff")
        elif path == "/t/silent":
            pass
        elif path == "/t/tag-last":
            self.say("!re", "=a=1", tag)
            self.say("!done", "=ret=*7", tag)
        elif path == "/t/untagged":
            self.say("!trap", "=message=untagged")
            self.say("!done")
        elif path == "/t/fatal-word":
            self.say("!fatal", "gone")
            raise ConnectionError
        elif path == "/t/fatal-attribute":
            self.say("!fatal", "=message=gone")
            raise ConnectionError
        else:
            for kind, attributes in SCRIPTS.get(path, [("!trap", ["=message=no such command"]), ("!done", [])]):
                self.say(kind, tag, *attributes)

    def login(self, said, tag):
        if said.get("name") != "old":
            self.say("!done", tag)
        elif "response" not in said:
            self.say("!done", tag, "=ret=" + CHALLENGE)
        else:
            right = "00" + hashlib.md5(b"\0rahasia" + bytes.fromhex(CHALLENGE)).hexdigest()
            if said["response"] != right:
                self.say("!trap", tag, "=message=cannot log in")
            self.say("!done", tag)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", 0), Router) as server:
    print("%s:%d" % server.server_address, flush=True)
    server.serve_forever()
