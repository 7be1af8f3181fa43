// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes
import Wire

/// `POST /v1/credentials/{id}/test`: whether the key works, by its provider's own word.
func testCredential(_ call: Call) async throws -> Answer {
    let id: CredentialID = try call.id("credential")
    let version: VersionID? = try call.optionalFields("version").nullable("version", .id("a version"))
    let trial = try await call.ports.credentials.test(
        by: call.caller, id, version: version, at: call.now, calling: call.ports.testCredential)
    return .json { writer in
        writer.object { writer in
            writer.member("verdict", trial.verdict.rawValue)
            writer.member("status", trial.status)
            writer.member("reason", trial.reason)
        }
    }
}
