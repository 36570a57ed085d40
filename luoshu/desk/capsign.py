"""Signatures of alerts: one over the whole alert is made and proven; every other way to sign proves nothing here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from luoshu.desk.capform import NAMESPACE, SIGNATURE, time_of
from luoshu.desk.capparse import shown
from luoshu.words.message import Message, say

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

Element = Any
DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
C14N = (
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#", "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11", "http://www.w3.org/2006/12/xml-c14n11#WithComments",
)  # fmt: skip
MOST_KNOWN = 50
BROKEN = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What a library may raise on elements that are missing or hold nonsense."""

ALLOWED = frozenset((ENVELOPED, *C14N))
STATES: Mapping[str, Message] = {
    "unsigned": say("not signed"),
    "known": say("signed by a known sender, and whole"),
    "unknown": say("whole as it was signed, but nobody here knows the signer"),
    "lapsed": say("signed by a known sender, outside the time for which the certificate holds"),
    "weak": say("signed in a way that anybody could forge today"),
    "unproven": say("signed without a certificate, so that nothing is proven"),
    "forged": say("forged or damaged: the signature does not fit"),
}
"""What a signature is worth; only `known` proves who sent it."""
NOTHING = say("{found}", found="")


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

    One signature is taken, as a child of the alert, with one reference to the whole document and no transformation but
    leaving the signature itself out; anything else could sign one thing and show another ("signature wrapping").
    `known` are certificates whose owners are known here, by their SHA-256.
    """
    signatures = list(root.iter(SIGNATURE))
    if not signatures:
        return Seal(state="unsigned")
    wrong = _wrapped(root, signatures)
    if wrong is not None:
        return Seal(state="forged", why=wrong)
    return _proven(root, signatures[0], known or {}, time_of(root.findtext(f"{{{NAMESPACE}}}sent", "").strip()))


def _wrapped(root: Element, signatures: list[Element]) -> Message | None:
    """Why this signature would not be over the whole alert and nothing else; None where it is."""
    if len(signatures) > 1:
        return say("it carries {count} signatures", count=len(signatures))
    (signature,) = signatures
    if signature.getparent() is not root:
        return say("the signature does not stand in the alert itself")
    references = list(signature.iter(f"{DSIG}Reference"))
    if len(references) != 1 or signature.find(f"{DSIG}Object") is not None or list(signature.iter(f"{DSIG}Manifest")):
        return say("the signature is over something else than the alert")
    (reference,) = references
    if reference.get("URI") != "":
        return say("the signature is over a part of the file only")
    transforms = [each.get("Algorithm") for each in reference.iter(f"{DSIG}Transform")]
    if ENVELOPED not in transforms or not ALLOWED.issuperset(transforms) or len(transforms) > 3:
        return say("the signature is over something else than the alert")
    return None


def _proven(root: Element, signature: Element, known: Mapping[str, Certificate], sent: datetime | None) -> Seal:
    certificate = _certificate(signature)
    if certificate is None:
        # without a certificate of its own it may still be by somebody who is known
        certificate = next((each for each in list(known.values())[:MOST_KNOWN] if not _fits(root, each)[0]), None)
        if certificate is None:
            return Seal(state="unproven")
    mark = fingerprint(certificate)
    told: dict[str, Any] = {"signer": name_of(certificate), "fingerprint": mark}
    state, why = _fits(root, certificate)
    if state:
        return Seal(state=state, why=why, **told)
    if mark not in known:
        return Seal(state="unknown", **told)
    if sent is None or not certificate.not_valid_before_utc <= sent <= certificate.not_valid_after_utc:
        return Seal(state="lapsed", **told)
    return Seal(state="known", **told)


def _fits(root: Element, certificate: Certificate) -> tuple[str, Message]:
    """Whether the signature is this certificate's over this alert: ("", …), or the state that says what is wrong."""
    from cryptography import exceptions as crypto
    from lxml import etree
    from signxml.algorithms import DigestAlgorithm, SignatureMethod
    from signxml.exceptions import InvalidDigest, InvalidSignature, SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    methods = frozenset(
        each for each in SignatureMethod if each.name.startswith(("RSA_", "ECDSA_", "SHA")) and "SHA1" not in each.name
    )
    digests = {each.value for each in DigestAlgorithm if "SHA1" not in each.name}
    used, digest = (_algorithm(root, name) for name in ("SignatureMethod", "DigestMethod"))
    if used not in {each.value for each in methods} or digest not in digests:
        return "weak", say("the method is {method}", method=(used + " " + digest)[:200])
    middle = (
        certificate.not_valid_before_utc + (certificate.not_valid_after_utc - certificate.not_valid_before_utc) / 2
    )  # whether the certificate held when the alert was sent is judged apart
    settings = SignatureConfiguration(
        location="./", expect_references=1, signature_methods=methods, verification_time=middle,
        ignore_ambiguous_key_info=True,
    )  # fmt: skip
    try:
        result = XMLVerifier().verify(etree.tostring(root), x509_cert=certificate, expect_config=settings)
    except InvalidDigest:
        return "forged", say("the alert was changed after it was signed")
    except (InvalidSignature, crypto.InvalidSignature):
        return "forged", say("the signature is not by the owner of this certificate")
    except (SignXMLException, crypto.UnsupportedAlgorithm, etree.LxmlError, *BROKEN) as error:
        return "forged", say("the signature is broken ({reason})", reason=shown(str(error), 120))
    covered = result.signed_xml if not isinstance(result, list) else None
    if covered is None or covered.tag != root.tag or len(covered) != len(root) - 1:
        return "forged", say("the signature is over something else than the alert")
    return "", NOTHING


def _algorithm(root: Element, name: str) -> str:
    found = root.find(f"{SIGNATURE}/{DSIG}SignedInfo//{DSIG}{name}")
    return str(found.get("Algorithm", "")) if found is not None else ""


def _certificate(signature: Element) -> Certificate | None:
    """The first certificate that the signature carries; None where it carries none that can be read."""
    import base64
    import binascii

    from cryptography import x509

    for each in signature.iter(f"{DSIG}X509Certificate"):
        try:
            return x509.load_der_x509_certificate(base64.b64decode("".join((each.text or "").split()), validate=True))
        except (ValueError, binascii.Error):
            return None
    return None


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
    for text in texts:
        try:
            found.update({fingerprint(each): each for each in x509.load_pem_x509_certificates(text)})
        except ValueError:
            continue
    return found
