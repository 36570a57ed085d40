"""Signatures of alerts: over the whole alert they are made and proven; every other way to sign proves nothing here."""

from __future__ import annotations

import base64
import contextlib
import copy
import hashlib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from luoshu.desk.capform import NAMESPACE, SIGNATURE, time_of
from luoshu.desk.capparse import shown
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from signxml.algorithms import SignatureMethod

Element = Any
DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
C14N = (
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11", "http://www.w3.org/2006/12/xml-c14n11#WithComments",
)  # fmt: skip
OLD = frozenset((
    "http://www.w3.org/2001/04/xmldsig-more#md5", "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
    "http://www.w3.org/2001/04/xmldsig-more#hmac-md5",
))  # fmt: skip
"""Methods that anybody could forge today, beside those with SHA-1."""
MOST_KNOWN = 50
MOST_SIGNATURES, MOST_CARRIED, MOST_REFERENCES = 2, 6, 3
"""So many signatures, certificates and references in each, are looked at: each costs, and senders have no more."""
_PREFIXES = "{http://www.w3.org/2001/10/xml-exc-c14n#}InclusiveNamespaces"
_GONE = f"{DSIG}gone"
BROKEN = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What a library may raise on elements that are missing or hold nonsense."""

ALLOWED = frozenset((ENVELOPED, *C14N))
STATES: Mapping[str, Message] = {
    "unsigned": say("not signed"),
    "known": say("signed by a known sender, and whole"),
    "unknown": say("whole as it was signed, but nobody here knows the signer"),
    "lapsed": say("signed by a known sender, outside the time for which the certificate holds"),
    "weak": say("signed in a way that anybody could forge today"),
    "unchecked": say("signed in a way that is not looked into here, so that nothing is proven"),
    "unproven": say("signed without a certificate, so that nothing is proven"),
    "several": say("signed several times in ways that cannot be proven here"),
    "forged": say("forged or damaged: the signature does not fit"),
}
"""What a signature is worth; only `known` proves who sent it."""
PROVEN = ("known", "lapsed", "unknown")
"""States in which the alert is whole as the owner of the certificate signed it, the best first."""
NOTHING = say("{found}", found="")
CHANGED = say("the alert was changed after it was signed")
ELSE = say("the signature is over something else than the alert")


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What a signature proves: its state, who signed by the certificate, the certificate's SHA-256, and why."""

    state: str
    signer: str = ""
    fingerprint: str = ""
    why: Message = NOTHING

    @property
    def says(self) -> Message:
        """The state in words."""
        return STATES[self.state]


def seal_of(root: Element, known: Mapping[str, Certificate] | None = None) -> Seal:
    """What the signature of an alert is worth. `root` is the parsed alert with its comments and instructions left in.

    A signature is taken as a child of the alert, with one reference to the whole document and no transformation but
    leaving the signature itself out; anything else could sign one thing and show another ("signature wrapping"). Of
    several beside each other the best counts: some systems add their own to the author's. `known` are certificates
    whose owners are known here, by their SHA-256.
    """
    with _odd_certificates():
        return _worth(root, known or {})


@contextlib.contextmanager
def _odd_certificates() -> Iterator[None]:
    """Senders' certificates are odd in ways that prove nothing against them (a number of nought); nobody is told."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Parsed a serial number")
        yield


def _worth(root: Element, known: Mapping[str, Certificate]) -> Seal:
    signatures = list(root.iter(SIGNATURE))
    if not signatures:
        return Seal(state="unsigned")
    if any(each.getparent() is not root for each in signatures):
        return Seal(state="forged", why=say("the signature does not stand in the alert itself"))
    sent = time_of(root.findtext(f"{{{NAMESPACE}}}sent", "").strip())
    found = [_seal(root, place, known, sent) for place in range(len(signatures[:MOST_SIGNATURES]))]
    if len(signatures) == 1:
        return found[0]
    order = (*PROVEN, "forged")  # one that does not fit tells of a change where none fits
    best = (each for state in order for each in found if each.state == state)
    return next(best, Seal(state="several", why=say("it carries {count} signatures", count=len(signatures))))


def _seal(root: Element, place: int, known: Mapping[str, Certificate], sent: datetime | None) -> Seal:
    """What one of the signatures that stand in the alert is worth."""
    signature = root.findall(SIGNATURE)[place]
    wrong = _wrapped(signature)
    if wrong is not None:
        return Seal(state="forged", why=wrong)
    strange = _strange(signature)
    if strange:
        return Seal(state="unchecked", why=say("the method is {method}", method=shown(strange, 200)))
    return _proven(root, place, known, sent)


def _strange(signature: Element) -> str:
    """A method that is not looked into here, the first; nothing where all are.

    The standard forbids to refuse an alert for a signature that a receiver cannot check (CAP 1.2, 3.3.2.1). It proves
    nothing then, like no signature at all.
    """
    from signxml.algorithms import DigestAlgorithm, SignatureMethod

    (signed,) = signature.findall(f"{DSIG}SignedInfo")
    taken = {
        "CanonicalizationMethod": set(C14N),
        "Transform": set(ALLOWED),
        "SignatureMethod": {each.value for each in SignatureMethod} | OLD,
        "DigestMethod": {each.value for each in DigestAlgorithm} | OLD,
    }
    return next(
        (
            str(each.get("Algorithm") or "—")
            for name, known in taken.items()
            for each in signed.iter(DSIG + name)
            if each.get("Algorithm") not in known
        ),
        "",
    )


def _wrapped(signature: Element) -> Message | None:
    """Why this signature would not be over the whole alert and nothing else; None where it is.

    A reference without an address means what the receiver knows to be meant (XML Signature 1.1, 4.4.3.1): here that
    can only be the alert. Further references may be to parts of the signature itself, as XAdES has them.
    """
    signed = signature.findall(f"{DSIG}SignedInfo")
    if not signed or not len(signed[0]):
        return say("it is empty")
    if len(signed) != 1 or len(signature.findall(f"{DSIG}SignatureValue")) != 1:
        return ELSE
    references = signed[0].findall(f"{DSIG}Reference")
    whole = [each for each in references if not each.get("URI")]
    if len(whole) != 1 or len(references) > MOST_REFERENCES:
        return say("the signature is over a part of the file only") if references else ELSE
    inside = {f"#{each.get('Id')}" for each in signature.iter() if isinstance(each.tag, str) and each.get("Id")}
    if not inside.issuperset(each.get("URI") for each in references if each is not whole[0]):
        return ELSE
    transforms = [each.get("Algorithm") for each in whole[0].iter(f"{DSIG}Transform")]
    if len(transforms) > 3 or len(list(signed[0].iter(f"{DSIG}Transform"))) > 2 * MOST_REFERENCES:
        return ELSE
    # how another transformation would leave the signature out is not looked into; without any it cannot
    return None if ENVELOPED in transforms or not ALLOWED.issuperset(transforms) else ELSE


def _proven(root: Element, place: int, known: Mapping[str, Certificate], sent: datetime | None) -> Seal:
    carried = _carried(root.findall(SIGNATURE)[place])
    # without a certificate of its own it may still be by somebody who is known
    tried: list[tuple[Certificate, tuple[str, Message]]] = []
    for each in carried or list(known.values())[:MOST_KNOWN]:
        tried.append((each, _fits(root, place, each)))
        if tried[-1][1][1] == CHANGED:  # this key made the signature, so that no other can have
            break
    good = [each for each, (state, _) in tried if not state]
    if not carried and not good and (not tried or tried[-1][1][1] != CHANGED):
        return Seal(state="unproven")
    if not good:  # of several certificates the one whose key made the signature says best what is wrong
        certificate, (state, why) = tried[-1] if tried[-1][1][1] == CHANGED else tried[0]
        return Seal(state=state, why=why, signer=name_of(certificate), fingerprint=fingerprint(certificate))
    certificate = next((each for each in good if fingerprint(each) in known), good[0])
    mark = fingerprint(certificate)
    told: dict[str, Any] = {"signer": name_of(certificate), "fingerprint": mark}
    if mark not in known:
        return Seal(state="unknown", **told)
    if sent is None or not certificate.not_valid_before_utc <= sent <= certificate.not_valid_after_utc:
        return Seal(state="lapsed", **told)
    return Seal(state="known", **told)


def _fits(root: Element, place: int, certificate: Certificate) -> tuple[str, Message]:
    """Whether a signature is this certificate's over this alert: ("", …), or the state that says what is wrong."""
    from signxml.algorithms import DigestAlgorithm, SignatureMethod

    methods = frozenset(
        each for each in SignatureMethod if each.name.startswith(("RSA_", "ECDSA_", "SHA")) and "SHA1" not in each.name
    )
    digests = {each.value for each in DigestAlgorithm if "SHA1" not in each.name}
    signature = root.findall(SIGNATURE)[place]
    used, digest = (_algorithm(signature, name) for name in ("SignatureMethod", "DigestMethod"))
    if used not in {each.value for each in methods} or digest not in digests:
        return "weak", say("the method is {method}", method=(used + " " + digest)[:200])
    state, why = "forged", CHANGED
    for reading, nth in _readings(root, place):
        state, why = _verified(reading, nth, certificate, methods)
        if why != CHANGED:  # the key does not fit, whatever it was signed over
            break
    return state, why


def _readings(root: Element, place: int) -> Iterator[tuple[Element, int]]:
    """What the sender may have signed, and which signature of it is looked at: the alert without its comments, as the
    standard has it for a whole document, or with them; without the other signatures, with those before it, or with all.
    All of these show the same to people: comments and signatures are no part of what is read."""
    from lxml import etree

    commented = next(root.iter(etree.Comment), None) is not None
    count = len(root.findall(SIGNATURE))
    beside = dict.fromkeys(((place,), tuple(range(place + 1)), tuple(range(count))))
    for comments in (False, True)[: 1 + commented]:
        for kept in list(beside)[-1 if comments else 0 :]:
            made = copy.deepcopy(root.getroottree()).getroot()
            if not comments:
                etree.strip_tags(made, etree.Comment)
            _leave_out(made, [each for nth, each in enumerate(made.findall(SIGNATURE)) if nth not in kept])
            yield made, kept.index(place)


def _leave_out(root: Element, parts: Iterable[Element]) -> None:
    """Take parts of an alert out of it; the blanks after them are its own, and stay."""
    from lxml import etree

    for each in parts:
        each.clear(keep_tail=True)
        each.tag = _GONE
    etree.strip_tags(root, _GONE)


def _verified(
    root: Element, place: int, certificate: Certificate, methods: frozenset[SignatureMethod]
) -> tuple[str, Message]:
    """Whether a signature in exactly this document is this certificate's over all the rest of it."""
    from cryptography import exceptions as crypto
    from lxml import etree
    from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    class Nth(XMLVerifier):
        """Looks at one of several signatures, where signxml looks at the first, in the forms that others write."""

        excise_empty_xmlns_declarations = False  # they are signed as the standard has them

        def _c14n(self, nodes: Element, algorithm: Any, inclusive_ns_prefixes: Any = None) -> Any:
            # lxml writes a part of a document with a default namespace wrongly; as a document of its own it is right
            own = [each if each.getparent() is None else _alone(each) for each in _listed(nodes)]
            canonical: Any = super()._c14n
            return canonical(own, algorithm, inclusive_ns_prefixes)

        def _get_signature(self, root: Element) -> Element:
            return root.findall(SIGNATURE)[place]

        def _resolve_reference(self, doc_root: Element, reference: Element, uri_resolver: Any = None) -> Element:
            named: Any = super()._resolve_reference  # not typed
            return doc_root if reference.get("URI") is None else named(doc_root, reference, uri_resolver)

    references = root.findall(SIGNATURE)[place].findall(f"{DSIG}SignedInfo/{DSIG}Reference")
    middle = (
        certificate.not_valid_before_utc + (certificate.not_valid_after_utc - certificate.not_valid_before_utc) / 2
    )  # whether the certificate held when the alert was sent is judged apart
    settings = SignatureConfiguration(
        location="./", expect_references=len(references), signature_methods=methods, verification_time=middle,
        ignore_ambiguous_key_info=True,
    )  # fmt: skip
    try:
        # names that senders give their signatures ("NAADS Signature") are not by its schema, and change nothing
        found = Nth().verify(etree.tostring(root), x509_cert=certificate, expect_config=settings, validate_schema=False)
    except InvalidDigest:  # the key has signed something, which may hold the instructions around the alert
        around = len(references) == 1 and _with_instructions(root, place)
        return ("", NOTHING) if around else ("forged", CHANGED)
    except (InvalidSignature, crypto.InvalidSignature):
        return "forged", say("the signature is not by the owner of this certificate")
    except (SignXMLException, crypto.UnsupportedAlgorithm, etree.LxmlError, *BROKEN) as error:
        return "forged", say("the signature is broken ({reason})", reason=shown(str(error), 120))
    results = found if isinstance(found, list) else [found]
    covered = next((one.signed_xml for one, each in zip(results, references, strict=True) if not each.get("URI")), None)
    rest = [each.tag for each in _elements(root) if each is not root.findall(SIGNATURE)[place]]
    if covered is None or covered.tag != root.tag or [each.tag for each in _elements(covered)] != rest:
        return "forged", ELSE
    return "", NOTHING


def _listed(nodes: Any) -> list[Element]:
    return nodes if isinstance(nodes, list) else [nodes]


def _alone(part: Element) -> Element:
    """A part as a document, with the namespaces that hold in it."""
    from lxml import etree

    return etree.fromstring(etree.tostring(part, with_tail=False), etree.XMLParser(resolve_entities=False))


def _with_instructions(root: Element, place: int) -> bool:
    """Whether the digest is of the document with the instructions before and after the alert (as for a style sheet),
    which the standard counts in and signxml leaves out. Source: XML Signature 1.1, 4.4.3.3, and Canonical XML, 2.2."""
    from lxml import etree

    around = [*root.itersiblings(preceding=True), *root.itersiblings()]
    if not any(each.tag is etree.ProcessingInstruction for each in around) or next(root.iter(etree.Comment), None):
        return False
    tree = copy.deepcopy(root.getroottree())
    signature = tree.getroot().findall(SIGNATURE)[place]
    reference = signature.find(f"{DSIG}SignedInfo/{DSIG}Reference")
    said = "".join((reference.findtext(f"{DSIG}DigestValue") or "").split())
    how = _algorithm(signature, "DigestMethod").rpartition("#")[2].replace("-", "_")
    exclusive = any("xml-exc-c14n" in str(each.get("Algorithm")) for each in reference.iter(f"{DSIG}Transform"))
    prefixes = next((each.get("PrefixList", "").split() for each in reference.iter(_PREFIXES)), None)
    _leave_out(tree.getroot(), [signature])
    data = etree.tostring(tree, method="c14n", exclusive=exclusive, with_comments=False, inclusive_ns_prefixes=prefixes)
    return how in hashlib.algorithms_available and said == base64.b64encode(hashlib.new(how, data).digest()).decode()


def _elements(root: Element) -> list[Element]:
    """The elements right inside another; comments and instructions are none."""
    return [each for each in root if isinstance(each.tag, str)]


def _algorithm(signature: Element, name: str) -> str:
    found = signature.find(f"{DSIG}SignedInfo//{DSIG}{name}")
    return str(found.get("Algorithm", "")) if found is not None else ""


def _carried(signature: Element) -> list[Certificate]:
    """The certificates that the signature carries, in any order, as the standard has it; what is none is left out."""
    import binascii

    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    found: list[Certificate] = []
    for each in islice(signature.iter(f"{DSIG}X509Certificate"), MOST_CARRIED):
        with contextlib.suppress(ValueError, binascii.Error, UnsupportedAlgorithm):
            body = base64.b64decode("".join((each.text or "").split()), validate=True)
            made = x509.load_der_x509_certificate(body)
            # one whose parts cannot be read is none; the library looks at them only when asked
            _ = (made.public_key(), made.not_valid_before_utc, made.not_valid_after_utc, name_of(made))
            found.append(made)
    return found


def name_of(certificate: Certificate) -> str:
    """Who a certificate says it belongs to."""
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for each in certificate.subject.get_attributes_for_oid(kind):
            return str(each.value)[:200]
    return certificate.subject.rfc4514_string()[:200]


def fingerprint(certificate: Certificate) -> str:
    """The SHA-256 of a certificate, by which people compare it over the telephone."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def certificates(texts: Iterable[bytes]) -> dict[str, Certificate]:
    """The certificates of PEM files by their SHA-256; what is none is left out."""
    from cryptography import x509

    found: dict[str, Certificate] = {}
    with _odd_certificates():
        for text in texts:
            try:
                found.update({fingerprint(each): each for each in x509.load_pem_x509_certificates(text)})
            except ValueError:
                continue
    return found
