// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes

/// `PATCH /v1/integrations/{id}`.
func changeIntegration(_ call: Call) async throws -> Answer {
    let fields = try call.fields("allow", "expires_at")
    var patch = IntegrationPatch()
    patch.allow = try fields.settable("allow", .routes(1...100))
    patch.expiresAt = try fields.clearable("expires_at", .future(from: call.now))
    let changed = try await call.ports.integrations.change(
        by: call.caller, call.id("integration"), patch, ifRevision: call.expectedRevision(), at: call.now)
    return .integration(changed)
}
