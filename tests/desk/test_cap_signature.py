"""Signatures of alerts: whole, broken, by a stranger, wrapped around something else, or of a kind without proof."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from luoshu.cli import main
from luoshu.desk.alertkey import CERTIFICATE, KEY, KNOWN, Pair, key_of, known_senders, make_key, signed
from luoshu.desk.capfile import check_alert, write_alert
from luoshu.desk.capsign import certificates

AT = datetime(2021, 7, 20, tzinfo=UTC)
FLOOD = {
    "identifier": "ly-1", "sender": "ly", "sent": "2021-07-20T08:00:00+08:00", "status": "Actual", "msgType": "Alert",
    "scope": "Public",
    "info": [{
        "category": ["Met"], "event": "洪水", "urgency": "Immediate", "severity": "Severe", "certainty": "Observed",
        "headline": "伊河 水位上涨", "area": [{"areaDesc": "伊川县"}],
    }],
}  # fmt: skip
DSIG = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sender")
    make_key(folder, "洛阳市防汛办（示例）", AT)
    return key_of(folder)


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stranger")
    make_key(folder, "洛阳市防汛办（示例）", AT)  # the same name, another key
    return key_of(folder)


@pytest.fixture(scope="module")
def text(pair):
    return signed(write_alert(FLOOD), pair)[0].decode()


def judged(data, pair):
    known = certificates([pair.certificate]) if pair else {}
    _told, seal, problems = check_alert(data if isinstance(data, bytes) else data.encode(), "a.xml", known)
    return seal.state, [problem.code for problem in problems]


def test_a_whole_alert_of_a_known_sender(text, pair):
    assert judged(text, pair) == ("known", [])


def test_a_whole_alert_of_somebody_whom_nobody_here_knows(text, pair, stranger):
    assert judged(text, None) == ("unknown", [])
    assert judged(text, stranger) == ("unknown", [])
    other = signed(write_alert(FLOOD), stranger)[0]
    assert judged(other, pair) == ("unknown", [])  # the name on a certificate proves nothing


def test_comments_change_nothing_that_is_shown(text, pair):
    assert judged(text.replace("伊河 水位", "伊河 <!-- a -->水位"), pair) == ("known", [])


CHANGES = {
    "a word": lambda text: text.replace("伊川县", "洛宁县"),
    "a blank": lambda text: text.replace("伊河 水位", "伊河  水位"),
    "the status": lambda text: text.replace("<status>Actual", "<status>Test"),
    "an element more": lambda text: text.replace("<area>", "<area><areaDesc>全市</areaDesc></area><area>"),
    "an element less": lambda text: re.sub(r"<headline>.*</headline>", "", text),
    "an instruction": lambda text: text.replace("<info>", "<?a b?><info>"),
    "the digest": lambda text: re.sub(r"(<ds:DigestValue>)....", r"\1AAAA", text),
    "the signature": lambda text: re.sub(r"(<ds:SignatureValue>)....", r"\1AAAA", text),
    "no signature value": lambda text: re.sub(r"<ds:SignatureValue>.*</ds:SignatureValue>", "", text, flags=re.S),
    "no transformation": lambda text: re.sub(r"<ds:Transforms>.*</ds:Transforms>", "", text, flags=re.S),
    "a reference to a part": lambda text: text.replace('URI=""', 'URI="#part"'),
    "a reference to a file": lambda text: text.replace('URI=""', 'URI="file:///etc/passwd"'),
    "a reference to the network": lambda text: text.replace('URI=""', 'URI="http://127.0.0.1:9/"'),
    "no reference": lambda text: text.replace(' URI=""', ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_after_signing_is_forged(name, text, pair):
    changed = CHANGES[name](text)
    assert changed != text
    state, codes = judged(changed, pair)
    assert (state, codes[:1]) == ("forged", ["cap-forged"])


def test_a_signature_wrapped_around_the_true_alert_while_another_is_shown(text, pair):
    """The oldest trick: the signed alert is hidden, and something else stands where it is looked for."""
    true = etree.fromstring(text.encode())
    evil = etree.fromstring(write_alert(FLOOD | {"status": "Test", "identifier": "evil"}))
    signature = true.find(f"{DSIG}Signature")
    true.remove(signature)
    wraps = []
    held = etree.fromstring(etree.tostring(evil))
    moved = etree.fromstring(etree.tostring(signature))
    etree.SubElement(moved, f"{DSIG}Object").append(true)
    held.append(moved)
    wraps.append(held)  # in an object of the signature
    whole = etree.fromstring(etree.tostring(evil))
    whole.append(etree.fromstring(text.encode()))
    wraps.append(whole)  # as a child, signature and all
    inside = etree.fromstring(etree.tostring(evil))
    inside[-1].append(etree.fromstring(etree.tostring(signature)))
    wraps.append(inside)  # in the info
    plain = etree.fromstring(etree.tostring(evil))
    plain.append(etree.fromstring(etree.tostring(signature)))
    wraps.append(plain)  # simply put onto another alert
    for each in wraps:
        state, codes = judged(etree.tostring(each), pair)
        assert state != "known"
        assert codes, etree.tostring(each)[:200]


COMMENT = "<!-- made by system X -->"
METHODS = (
    "http://www.w3.org/2006/12/xml-c14n11", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_a_comment_between_the_elements_is_nobodys_forgery(method, pair):
    text = write_alert(FLOOD).decode().replace("<scope>", f"{COMMENT}<scope>")
    assert judged(made(pair, "rsa-sha256", "sha256", text=text, c14n=method, **_keys(pair)), pair) == ("known", [])


def test_a_comment_that_came_on_the_way_is_no_forgery_and_hides_none(text, pair):
    assert judged(text.replace("<scope>", f"{COMMENT}<scope>"), pair) == ("known", [])
    hidden = text.replace("<status>Actual</status>", f"<status>Test</status>{COMMENT}")
    assert judged(hidden, pair)[0] == "forged"
    out = re.sub(r"(<headline>.*</headline>)", r"<!-- \1 -->", text)
    assert out != text
    assert judged(out, pair)[0] == "forged"


def _keys(pair):
    return {"key": pair.key, "cert": pair.certificate.decode()}


def _with_first(text, body):
    """The alert with one more certificate before its own."""
    one = re.search(r"<ds:X509Certificate>.*?</ds:X509Certificate>", text, flags=re.S).group()
    return text.replace(one, re.sub(r">[^<]*<", f">{body}<", one) + one)


def test_the_certificates_of_a_signature_stand_in_any_order(text, pair, stranger):
    other = "".join(stranger.certificate.decode().splitlines()[1:-1])
    assert judged(_with_first(text, other), pair) == ("known", [])
    assert judged(_with_first(text, other), stranger) == (
        "unknown",
        [],
    )  # a certificate that signed nothing proves none
    assert judged(_with_first(text, "nonsense"), pair) == ("known", [])
    theirs = signed(write_alert(FLOOD), stranger)[0].decode()
    known = "".join(pair.certificate.decode().splitlines()[1:-1])
    assert judged(_with_first(theirs, known), pair) == ("unknown", [])
    assert judged(_with_first(text, other).replace("伊川县", "洛宁县"), pair)[0] == "forged"


def _signature(data):
    return etree.fromstring(data).find(f"{DSIG}Signature")


def _two(pair, stranger, over_all):
    """An alert of the pair that a system (the stranger) has signed too: over the alert, or over it as it was signed."""
    first = signed(write_alert(FLOOD), pair)[0].decode()
    if over_all:
        return made(stranger, "rsa-sha256", "sha256", text=first.partition("?>")[2], **_keys(stranger))
    both = etree.fromstring(first.encode())
    both.append(_signature(made(stranger, "rsa-sha256", "sha256", **_keys(stranger))))
    return etree.tostring(both)


@pytest.mark.parametrize("over_all", [True, False])
def test_what_the_author_and_a_system_have_signed_is_whole(over_all, pair, stranger):
    both = _two(pair, stranger, over_all)
    assert len(etree.fromstring(both).findall(f"{DSIG}Signature")) == 2
    assert judged(both, pair) == ("known", [])
    assert judged(both, stranger) == ("known", [])
    assert judged(both, None) == ("unknown", [])
    changed = both.decode().replace("伊川县", "洛宁县").replace("&#20234;&#24029;&#21439;", "洛宁县")
    assert changed != both.decode()
    assert judged(changed, pair) == ("forged", ["cap-forged"])
    assert judged(changed, None) == ("forged", ["cap-forged"])
    resigned = made(stranger, "rsa-sha256", "sha256", text=write_alert(FLOOD | {"status": "Test"}).decode(),
                    **_keys(stranger))  # fmt: skip
    lent = etree.fromstring(resigned)
    lent.append(_signature(both))
    assert judged(etree.tostring(lent), pair) == ("unknown", [])  # the known signature is lent to another text
    double = etree.fromstring(signed(write_alert(FLOOD), pair)[0])
    double.append(_signature(etree.tostring(double)))
    assert judged(etree.tostring(double), pair) == ("known", [])


def test_signatures_one_over_the_other_and_signatures_that_prove_nothing(pair, stranger):
    text = signed(write_alert(FLOOD), stranger)[0].decode()
    for keys in (pair, stranger):
        text = made(keys, "rsa-sha256", "sha256", text=text.rpartition("?>")[2], **_keys(keys)).decode()
    assert judged(text, pair) == ("known", [])  # the second of three, over the first
    text = signed(write_alert(FLOOD), pair)[0].decode()
    bare = [re.sub(r"<ds:KeyInfo>.*?</ds:KeyInfo>", "", text, flags=re.S) for _ in range(2)]
    both = etree.fromstring(bare[0].encode())
    both.append(_signature(bare[1].encode()))
    assert judged(etree.tostring(both), None) == ("several", [])


def test_instructions_around_the_alert_are_signed_with_it(pair):
    """Other programs sign the line of a style sheet too, as the standard has it: digest and signature made here."""
    import base64
    import hashlib

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding

    sheet = b'<?xml-stylesheet href="cap.xsl" type="text/xsl"?>'
    bare = write_alert(FLOOD).replace(b"<alert ", sheet + b"\n<alert ", 1)
    text = signed(write_alert(FLOOD), pair)[0].replace(b"<alert ", sheet + b"\n<alert ", 1)
    digest = hashlib.sha256(etree.tostring(etree.fromstring(bare).getroottree(), method="c14n")).digest()
    tree = etree.fromstring(text).getroottree()
    tree.find(f".//{DSIG}DigestValue").text = base64.b64encode(digest).decode()
    alone = etree.fromstring(etree.tostring(tree.find(f".//{DSIG}Signature")))
    info = etree.tostring(alone.find(f"{DSIG}SignedInfo"), method="c14n")
    key = serialization.load_pem_private_key(pair.key, None)
    value = key.sign(info, padding.PKCS1v15(), hashes.SHA256())
    tree.find(f".//{DSIG}SignatureValue").text = base64.b64encode(value).decode()
    standard = etree.tostring(tree, encoding="UTF-8")
    assert judged(standard, pair) == ("known", [])
    assert judged(standard.replace(b"cap.xsl", b"evil.xsl"), pair)[0] == "forged"
    assert judged(standard.replace("伊川县".encode(), "洛宁县".encode()), pair)[0] == "forged"


def test_a_stranger_who_shows_the_known_certificate_is_a_forger(text, pair, stranger):
    other = signed(write_alert(FLOOD), stranger)[0].decode()
    body = "".join(pair.certificate.decode().splitlines()[1:-1])
    faked = re.sub(r"(<ds:X509Certificate>).*?(</ds:X509Certificate>)", rf"\g<1>{body}\2", other, flags=re.S)
    assert judged(faked, pair)[0] == "forged"


def made(pair, algorithm, digest, text="", c14n=METHODS[0], **more):
    from signxml import XMLSigner

    class Old(XMLSigner):
        def check_deprecated_methods(self):
            pass  # to make what is refused

    signer = Old(signature_algorithm=algorithm, digest_algorithm=digest, c14n_algorithm=c14n)
    return etree.tostring(signer.sign(etree.fromstring(text.encode() if text else write_alert(FLOOD)), **more))


def test_weak_methods_prove_nothing(pair):
    old = made(pair, "rsa-sha1", "sha1", key=pair.key, cert=pair.certificate.decode())
    assert judged(old, pair) == ("weak", [])
    shared = made(pair, "hmac-sha256", "sha256", key=b"secret")
    state, codes = judged(shared, pair)
    assert state in ("weak", "unproven")
    assert not codes


def test_without_a_certificate_only_who_is_known_is_proven(pair, stranger):
    bare = made(pair, "rsa-sha256", "sha256", key=pair.key)
    assert judged(bare, pair) == ("known", [])
    assert judged(bare, stranger) == ("unproven", [])
    assert judged(bare, None) == ("unproven", [])


def test_a_certificate_that_did_not_hold_when_it_was_sent(tmp_path):
    make_key(tmp_path, "old", AT - timedelta(days=365 * 9))
    old = key_of(tmp_path)
    assert judged(signed(write_alert(FLOOD), old)[0], old) == ("lapsed", [])  # said, and no alert is held up by it
    later = FLOOD | {"sent": "2013-07-20T08:00:00+08:00"}
    text = signed(write_alert(later), old)[0].decode()
    assert judged(text, old) == ("known", [])


@pytest.mark.parametrize("body", ["", "not base64", base64.b64encode(b"no certificate").decode(), "A" * 100_000])
def test_a_certificate_that_is_none(body, text, pair):
    broken = re.sub(r"(<ds:X509Certificate>).*?(</ds:X509Certificate>)", rf"\g<1>{body}\2", text, flags=re.S)
    assert judged(broken, None) == ("unproven", [])


def test_the_key_is_its_owners_alone_and_is_never_made_twice(tmp_path):
    path, mark = make_key(tmp_path, "a", AT)
    assert path == tmp_path / KEY
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(mark) == 64
    with pytest.raises(FileExistsError):
        make_key(tmp_path, "a", AT)
    (tmp_path / KNOWN).mkdir()
    (tmp_path / KNOWN / "b.pem").write_bytes(b"nonsense")
    assert list(known_senders(tmp_path)) == [mark]
    assert b"PRIVATE" not in (tmp_path / CERTIFICATE).read_bytes()


def test_a_full_disk_leaves_no_half_of_a_key(tmp_path, monkeypatch):
    def full(number):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            make_key(tmp_path, "a", AT)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    (tmp_path / KEY).touch()  # as an older version left it
    _, mark = make_key(tmp_path, "a", AT)
    assert list(known_senders(tmp_path)) == [mark]
    assert signed(write_alert(FLOOD), key_of(tmp_path))[1] == mark


def test_the_command_says_who_signed(text, pair, tmp_path, capsys):
    path, pem = tmp_path / "a.xml", tmp_path / "known.pem"
    path.write_text(text)
    pem.write_bytes(pair.certificate)
    assert main(["cap", "check", str(path), "--known", str(pem)]) == 0
    assert "signed by a known sender, and whole" in capsys.readouterr().out
    assert main(["cap", "check", str(path)]) == 0
    assert "nobody here knows the signer" in capsys.readouterr().out
    path.write_text(text.replace("伊川县", "洛宁县"))
    assert main(["cap", "check", str(path), "--known", str(pem)]) == 1
    assert "the alert was changed after it was signed" in capsys.readouterr().err
    assert main(["cap", "check", str(path), "--known", str(path)]) == 2


def test_a_pair_is_a_key_with_its_certificate(pair, stranger):
    with pytest.raises(ValueError, match="not believed"):
        signed(write_alert(FLOOD), Pair(key=stranger.key, certificate=pair.certificate))
