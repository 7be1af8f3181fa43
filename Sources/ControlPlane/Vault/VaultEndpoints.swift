// SPDX-License-Identifier: Apache-2.0
import Shapes
import Access
import HeldKeys
import Wire

/// `GET /v1/vault`
func readVault(_ call: Call) async throws -> Answer {
    .vault(try await call.ports.vault.keeping.state(by: call.caller, at: call.now))
}

/// `POST /v1/vault/rotate-master-key`
func rotateMasterKey(_ call: Call) async throws -> Answer {
    let vault = call.ports.vault
    let id = try call.fields("master_key_id").required("master_key_id", .masterKeyID)
    try await vault.keeping.checkMayRotate(by: call.caller, at: call.now)
    let master = try await vault.stagedMasterKey(id)
    let state = try await vault.keeping.rotateMasterKey(by: call.caller, to: master, at: call.now)
    await vault.settleMasterKey()
    _ = await vault.overwriteDeleted()
    return .vault(state)
}

/// `POST /v1/vault/rotate-term`
func rotateTerm(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    let (state, count) = try await call.ports.vault.keeping.rotateTerm(by: call.caller, at: call.now)
    _ = await call.ports.vault.overwriteDeleted()
    return .vault(state, rewrapped: count)
}

/// `POST /v1/accounts/{id}/erase`
func eraseAccount(_ call: Call) async throws -> Answer {
    let fields = try call.fields("confirm", "reason")
    let name = try fields.required("confirm", .name)
    let reason = try fields.required("reason", .note)
    let vault = call.ports.vault
    let erased = try await vault.erasure.erase(
        by: call.caller, try call.id("account"), confirmation: name, reason: reason, at: call.now)
    let isOverwritten = await vault.overwriteDeleted()
    return .json { writer in
        writer.object { writer in
            writer.member("account", erased.account.description)
            writer.text("erased_at", erased.at)
            writer.member("data_keys_destroyed", Int64(erased.dataKeys))
            writer.member("integrations_revoked", Int64(erased.integrations))
            writer.member("overwritten_on_disk", isOverwritten)
        }
    }
}

extension Answer {
    fileprivate static func vault(_ state: KeepingState, rewrapped: Int? = nil) -> Answer {
        .json { writer in
            writer.object { writer in
                writer.member("master_key_id", state.masterKeyID)
                writer.member("term", Int64(state.term))
                writer.member("data_keys", Int64(state.dataKeys))
                if let rewrapped { writer.member("rewrapped", Int64(rewrapped)) }
            }
        }
    }
}

extension Shape where Value == String {
    /// 16 hexadecimal digits, lower case.
    fileprivate static var masterKeyID: Shape {
        parsed("This is not the id of a master key.", fix: "Send the 16 hexadecimal digits that `vault rekey` printed.")
        {
            text in
            let isID = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            return isID && text.utf8.count == 16 ? text : nil
        }
    }
}
