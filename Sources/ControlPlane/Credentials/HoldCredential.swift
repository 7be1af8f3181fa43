// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Secrets
import Shapes
import Wire

/// `POST /v1/credentials`.
///
/// The value goes from the body's tree into a ``Secret`` at once. What cannot be wiped: the bytes that the network
/// received, the body they were gathered in, and the tree's string; they are freed when this call ends.
func holdCredential(_ call: Call) async throws -> Answer {
    let fields = try call.fields("account", "provider", "name", "value")
    let value = HeldValue(try fields.value())
    let draft = CredentialDraft(
        account: try fields.required("account", .id("an account")),
        provider: try fields.required("provider", .pathName),
        name: try fields.required("name", .name))
    let answer = { @Sendable (made: Credential) in
        Answer.made(at: "/v1/credentials/\(made.id)", revision: made.revision) { $0.members(of: made) }
    }
    return try await call.making(answer) { keeping in
        try await call.ports.credentials.hold(
            by: call.caller, draft, value: value, at: call.now, keeping: keeping)
    }
}

extension Fields {
    /// The field `value`: printable ASCII, so that it can stand in a header.
    fileprivate func value() throws(FieldFault) -> Secret {
        let longest = Credentials.longestValue
        var bytes = try required(
            "value",
            Shape.parsed(
                "The value must be 1 to \(longest) characters of printable ASCII.",
                fix: "Send the provider's key as it stands in a request, without a line end."
            ) { text in
                let bytes = Array(text.utf8)
                return (1...longest).contains(bytes.count) && bytes.allSatisfy { (0x20...0x7E).contains($0) }
                    ? bytes : nil
            })
        return Secret(wiping: &bytes)
    }
}
