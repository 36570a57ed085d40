"""Signatures as other programs make them: names, wordings and further parts that signxml neither makes nor takes."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from lxml import etree

from luoshu.desk.alertkey import Pair, key_of, make_key
from luoshu.desk.capfile import check_alert, write_alert
from luoshu.desk.capsign import certificates
from tests.desk.test_cap_signature import AT, DSIG, FLOOD

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
RSA, ECDSA = (f"http://www.w3.org/2001/04/xmldsig-more#{each}-sha256" for each in ("rsa", "ecdsa"))
SHEET = b'<?xml-stylesheet type="text/xsl" href="cap.xsl" ?>\n'


@pytest.fixture(scope="module")
def pair():
    return _pair(ec.generate_private_key(ec.SECP256R1()), number=7)


def signed_by_hand(
    pair, *, uri="", more="", names="", how=INCLUSIVE, method=ECDSA, alert=None, head=b"", key_info=True, also=None
):
    """An alert signed step by step as XML Signature 1.1 has it, without the library that checks it.

    `uri` is None where the reference names nothing; `more` stands after the key, `names` among the attributes; `also`
    is the name of a part of `more` that is signed too, and how it is written.
    """
    data = head + (alert or etree.tostring(etree.fromstring(write_alert(FLOOD)))) + b"\n"
    digest = base64.b64encode(hashlib.sha256(_canonical(etree.fromstring(data).getroottree(), INCLUSIVE)).digest())
    reference = "" if uri is None else f' URI="{uri}"'
    body = "".join(pair.certificate.decode().splitlines()[1:-1])
    carried = f"<KeyInfo><X509Data><X509Certificate>{body}</X509Certificate></X509Data></KeyInfo>" if key_info else ""
    signature = etree.fromstring(f"""<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"{names}><SignedInfo>
        <CanonicalizationMethod Algorithm="{how}"/><SignatureMethod Algorithm="{method}"/><Reference{reference}>
        <Transforms><Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/></Transforms>
        <DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>{digest.decode()}</DigestValue>
        </Reference>{_further(also, more)}</SignedInfo><SignatureValue/>{carried}{more}</Signature>""")
    tree = etree.fromstring(data).getroottree()
    tree.getroot().append(signature)
    info = _canonical(etree.fromstring(etree.tostring(signature.find(f"{DSIG}SignedInfo"), with_tail=False)), how)
    value = signature.find(f"{DSIG}SignatureValue")
    value.text = base64.b64encode(_value(pair, info)).decode()
    return etree.tostring(tree, encoding="UTF-8")


def _further(also, more):
    """A reference to a part of the signature; what is written inclusively stands in the namespaces around it."""
    if also is None:
        return ""
    name, how = also
    whole = etree.fromstring(f'<a xmlns="{DSIG[1:-1]}">{more}</a>')
    part = etree.fromstring(etree.tostring(whole.find(f".//*[@Id='{name}']")))
    digest = base64.b64encode(hashlib.sha256(_canonical(part, how)).digest()).decode()
    return f"""<Reference URI="#{name}"><Transforms><Transform Algorithm="{how}"/></Transforms>
        <DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>{digest}</DigestValue></Reference>"""


def _canonical(what, how):
    return etree.tostring(what, method="c14n", exclusive=how == EXCLUSIVE, with_comments=False)


def _value(pair, info):
    key = serialization.load_pem_private_key(pair.key, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(info, padding.PKCS1v15(), hashes.SHA256())
    size = (key.key_size + 7) // 8
    both = utils.decode_dss_signature(key.sign(info, ec.ECDSA(hashes.SHA256())))
    return b"".join(each.to_bytes(size, "big") for each in both)


def judged(data, pair):
    _told, seal, problems = check_alert(data, "a.xml", certificates([pair.certificate]))
    return seal.state, [problem.code for problem in problems]


WAYS = {
    "as the standard has it": {},
    "a reference that names nothing": {"uri": None},
    "a reference that names nothing, and a style sheet": {"uri": None, "head": SHEET, "how": EXCLUSIVE},
    "a name that is none in XML": {"names": ' Id="NAADS Signature"'},
    "an object beside the key": {"more": "<Object><SignatureProperties><p xmlns='a'/></SignatureProperties></Object>"},
    "an object of no namespace": {"more": '<Object xmlns=""><SignatureProperty Target="https://a.example"/></Object>'},
    "a list of further things that was not signed": {
        "more": '<Object><Manifest><Reference URI="#x"/></Manifest></Object>'
    },
    "without its certificate": {"key_info": False},
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_true_alert_of_another_program_is_believed(way, pair):
    text = signed_by_hand(pair, **WAYS[way])
    assert judged(text, pair) == ("known", [])
    for old, new in (("伊川县", "洛宁县"), ("<status>Actual", "<status>Test")):
        assert old.encode() in text
        assert judged(text.replace(old.encode(), new.encode()), pair)[0] == "forged"


@pytest.mark.parametrize("method", [ECDSA, RSA])
def test_keys_of_other_sorts(method, tmp_path):
    if method == RSA:
        make_key(tmp_path, "a", AT)
    pair = key_of(tmp_path) if method == RSA else _pair(ec.generate_private_key(ec.SECP384R1()), number=8)
    text = signed_by_hand(pair, method=method, uri=None)
    assert judged(text, pair) == ("known", [])
    assert judged(text.replace("伊川县".encode(), "洛宁县".encode()), pair)[0] == "forged"


def test_a_certificate_whose_number_is_nought_says_nothing_on_the_way(pair, recwarn, monkeypatch):
    real = x509.load_der_x509_certificate

    def odd(data):
        import warnings

        warnings.warn("Parsed a serial number which wasn't positive", UserWarning, stacklevel=1)
        return real(data)

    monkeypatch.setattr(x509, "load_der_x509_certificate", odd)
    assert judged(signed_by_hand(pair), pair) == ("known", [])
    assert not [each for each in recwarn if "serial" in str(each.message)]


def _pair(key, number):
    from datetime import timedelta

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "省气象台（示例）")])
    made = x509.CertificateBuilder(name, name, key.public_key(), number, AT - timedelta(days=1), AT + timedelta(days=9))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate = made.sign(key, hashes.SHA256())
    return Pair(key=secret, certificate=certificate.public_bytes(serialization.Encoding.PEM))


@pytest.mark.parametrize("how", [EXCLUSIVE, INCLUSIVE])
def test_signatures_with_further_references_to_their_own_parts(how, pair):
    """XAdES signs its own properties (who signed, when) beside the alert."""
    properties = (
        '<Object><x:Signed xmlns:x="urn:x" Id="p"><x:Time>2021-07-20T08:00:00+08:00</x:Time></x:Signed></Object>'
    )
    text = signed_by_hand(pair, more=properties, also=("p", how), uri=None)
    assert judged(text, pair) == ("known", [])
    assert judged(text.replace("伊川县".encode(), "洛宁县".encode()), pair)[0] == "forged"
    assert judged(text.replace(b"Time>2021", b"Time>2020"), pair)[0] == "forged"
    assert judged(text.replace(b"</info>", b'</info><x Id="p"/>'), pair)[0] == "forged"  # two of that name


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</SignedInfo>", b"</SignedInfo><SignedInfo/>"),
        (b"<SignedInfo>", b"<SignedInfo/><SignedInfo>"),
        (b"</KeyInfo>", b"</KeyInfo><SignatureValue>AAAA</SignatureValue>"),
        (b"</Reference>", b'</Reference><Reference URI=""/>'),
        (b"</Reference>", b'</Reference><Reference URI="#elsewhere"/>'),
        (b"</Reference>", b"</Reference>" + b'<Reference URI="#a"/>' * 50),
    ],
)
def test_what_hides_behind_a_looser_form_is_forged(old, new, pair):
    text = signed_by_hand(pair)
    assert old in text
    assert judged(text.replace(old, new), pair)[0] == "forged"


XPATH = b'<Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><XPath>not(//a:x)</XPath></Transform>'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"xml-c14n-20010315", b"unknown-c14n"),
        (b"<Transforms>", b"<Transforms>" + XPATH),
        (b"<Transforms>", b'<Transforms><Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'),
        (ECDSA.encode(), b"http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"),
        (ECDSA.encode(), b"urn:sm2-sm3\xe2\x80\xae"),
        (b"xmlenc#sha256", b"sm3"),
        (ECDSA.encode(), b""),
    ],
)
def test_what_cannot_be_checked_is_no_reason_to_refuse_and_proves_nothing(old, new, pair):
    """CAP 1.2, 3.3.2.1: an alert is not refused only because its signature cannot be checked."""
    text = signed_by_hand(pair)
    assert old in text
    _told, seal, problems = check_alert(text.replace(old, new), "a.xml", certificates([pair.certificate]))
    assert (seal.state, seal.signer, seal.fingerprint, problems) == ("unchecked", "", "", ())


def test_an_empty_signature_is_called_so(pair):
    empty = etree.tostring(etree.fromstring(write_alert(FLOOD)))[: -len(b"</alert>")]
    empty += b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">...</Signature></alert>'
    _told, seal, problems = check_alert(empty, "a.xml")
    assert (seal.state, str(seal.why)) == ("forged", "it is empty")
    assert problems


def test_a_certificate_whose_name_cannot_be_read_is_none(pair):
    text = signed_by_hand(pair)
    body = base64.b64decode("".join(pair.certificate.decode().splitlines()[1:-1]))
    name = "省气象台（示例）".encode()
    assert body.count(name) == 2
    odd = base64.b64encode(body.replace(name, b"\xff" * len(name)))
    found = text.replace("".join(pair.certificate.decode().splitlines()[1:-1]).encode(), odd)
    assert found != text
    assert judged(found, _pair(ec.generate_private_key(ec.SECP256R1()), number=3)) == ("unproven", [])
