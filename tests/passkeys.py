"""A passkey in software: registers with an account and answers a challenge, as a phone would."""

import hashlib
import json
import os
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from accounts.models import User

_PRESENT_AND_VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Passkey:
    def __init__(self, user: User, name: str = "Ponsel saya") -> None:
        self.user, self.id = user, os.urandom(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._rp = hashlib.sha256(settings.PUBLIC_HOST.encode()).digest()
        self.row = Authenticator.objects.create(
            user=user, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": self._registered()}
        )

    def log_in(self, client: Client) -> Any:
        asked = client.get(reverse("mfa_login_webauthn"), headers={"X-Requested-With": "XMLHttpRequest"}).json()
        challenge = asked["request_options"]["publicKey"]["challenge"]
        return client.post(reverse("mfa_login_webauthn"), {"credential": json.dumps(self.answer(challenge))})

    def answer(self, challenge: str) -> dict[str, Any]:
        said = self._said("webauthn.get", challenge)
        where = AuthenticatorData.create(self._rp, _PRESENT_AND_VERIFIED, 0)
        signature = self._key.sign(where + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        handle = user_pk_to_url_str(self.user).encode()
        response = {"clientDataJSON": said, "authenticatorData": where, "signature": signature, "userHandle": handle}
        return self._credential(response)

    def _registered(self) -> dict[str, Any]:
        public = AttestedCredentialData.create(bytes(16), self.id, ES256.from_cryptography_key(self._key.public_key()))
        flags = _PRESENT_AND_VERIFIED | AuthenticatorData.FLAG.AT
        attested = AttestationObject.create("none", AuthenticatorData.create(self._rp, flags, 0, public), {})
        said = self._said("webauthn.create", websafe_encode(os.urandom(32)))
        return self._credential({"clientDataJSON": said, "attestationObject": attested})

    def _said(self, act: str, challenge: str) -> bytes:
        return json.dumps({"type": act, "challenge": challenge, "origin": settings.PUBLIC_URL}).encode()

    def _credential(self, response: dict[str, bytes]) -> dict[str, Any]:
        own = websafe_encode(self.id)
        coded = {name: websafe_encode(bytes(value)) for name, value in response.items()}
        return {"id": own, "rawId": own, "type": "public-key", "response": coded, "clientExtensionResults": {}}
