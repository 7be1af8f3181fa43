// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import HeldKeys

/// Why a lent call does not leave.
enum LendRefusal {
    case integrationUnknown, integrationAmbiguous, integrationPaused, integrationRevoked, integrationExpired
    case notAllowed, method, pathNotCanonical, credentialUnavailable, misdirected
    case chunksSigned, querySigned, bodyUnfit, tokenRefused, tokenUnreachable

    init(_ verdict: LendVerdict) {
        switch verdict {
        case .allowed: preconditionFailure("an allowed call is not refused")
        case .unknown: self = .integrationUnknown
        case .ambiguous: self = .integrationAmbiguous
        case .paused: self = .integrationPaused
        case .revoked: self = .integrationRevoked
        case .expired: self = .integrationExpired
        case .notAllowed: self = .notAllowed
        case .unavailable: self = .credentialUnavailable
        }
    }
}

extension Problem {
    /// The same refusal, marked as Bitting's own and not the provider's.
    func onLend(_ code: String) -> Problem {
        var problem = self
        problem.lendError = code
        return problem
    }

    static func lend(_ refusal: LendRefusal) -> Problem {
        switch refusal {
        case .integrationUnknown:
            lend(
                404, "integration_unknown", "No such integration",
                "The app that owns this key has no integration of that name.",
                "Use the name of one of the app's integrations, and a key that the app owns.")
        case .integrationAmbiguous:
            lend(
                403, "integration_ambiguous", "Several integrations",
                "Several integrations of the app lead to this host.",
                "Name one of them as the password of Proxy-Authorization.")
        case .integrationPaused:
            lend(
                403, "integration_paused", "Integration paused", "The integration is paused.",
                "Ask for it to be resumed.")
        case .integrationRevoked:
            lend(
                403, "integration_revoked", "Integration revoked", "The integration is revoked, which is final.",
                "Ask for a new one.")
        case .integrationExpired:
            lend(
                403, "integration_expired", "Integration expired", "The integration's time is over.",
                "Ask for it to be extended.")
        case .notAllowed:
            lend(
                403, "not_allowed", "Call not allowed", "The integration does not allow this method and path.",
                "Make a call that it allows, or ask for it to be widened.")
        case .method:
            lend(403, "not_allowed", "Method not lent", "CONNECT and TRACE are never lent.", "Use another method.")
        case .pathNotCanonical:
            lend(
                400, "path_not_canonical", "Path not canonical",
                "The path is not /lend/{integration}/{path} in canonical form.",
                "Send it without dot segments, empty segments, backslashes, encoded slashes or fragments.")
        case .misdirected:
            lend(
                421, "misdirected", "Wrong host", "The request's Host is not the host this tunnel was opened for.",
                "Open another tunnel for another host.")
        case .chunksSigned:
            lend(
                400, "not_signable", "Chunks signed",
                "The body is signed chunk by chunk with the caller's key, which cannot be done again for the provider.",
                "Turn chunk signing off, or send the body with UNSIGNED-PAYLOAD.")
        case .querySigned:
            lend(
                400, "not_signable", "Query signed", "The query is signed with the caller's key.",
                "Send the key in the Authorization field; URLs that are signed ahead cannot be lent.")
        case .bodyUnfit:
            lend(
                415, "body_unfit", "Body cannot carry the key",
                "The provider takes its key in the body, and this body is neither a JSON object nor a form.",
                "Send application/json with an object, or application/x-www-form-urlencoded.")
        case .tokenRefused:
            lend(
                502, "credential_unavailable", "No token", "The provider gave no token for the held id and secret.",
                "Tell whoever runs this service: the held key may be dead.")
        case .tokenUnreachable:
            lend(
                502, "upstream_unreachable", "Token endpoint unreachable",
                "The provider's token endpoint did not answer.", "Try again later.")
        case .credentialUnavailable:
            lend(
                502, "credential_unavailable", "Credential unavailable",
                "The held key cannot be opened; nothing was sent.",
                "Tell whoever runs this service.")
        }
    }

    static func lend(_ status: Int, _ code: String, _ title: String, _ detail: String, _ fix: String) -> Problem {
        Problem(status: status, code: code, title: title, detail: detail, fix: fix, lendError: code)
    }

    /// What became of a call that left or tried to. Names no address and nothing the provider wrote.
    static func refusing(_ failure: EgressFailure) -> Problem {
        switch failure {
        case .refusedAddress:
            lend(
                502, "upstream_refused_address", "Address refused",
                "The provider's name leads to an address where no held key may go.",
                "Check the provider's origin, or list the range under allow_private_addresses.")
        case .unreachable(let obstacle):
            lend(
                502, "upstream_unreachable", "Provider unreachable",
                "No connection to the provider (\(obstacle.rawValue)).",
                "Try again; check the provider's origin and certificate.")
        case .timedOut(let phase):
            lend(
                504, "upstream_timeout", "Provider too slow", "The provider took too long (\(phase.rawValue)).",
                "Try again later.")
        case .closedEarly:
            lend(
                502, "upstream_unreachable", "Provider closed early",
                "The provider closed the connection before it answered.",
                "Try again; the call may have been carried out.")
        case .malformedResponse(let code):
            lend(
                502, "upstream_malformed", "Provider's answer malformed",
                "The provider's answer is not HTTP as accepted here (\(code)).", "Tell whoever runs the provider.")
        case .tooManyConnections:
            lend(
                503, "upstream_busy", "Too many calls", "Too many calls to this provider are under way.",
                "Try again shortly.")
        case .requestBodyLength:
            lend(
                400, "malformed_request", "Body length wrong", "The body was longer or shorter than announced.",
                "Mend the client.")
        }
    }
}
