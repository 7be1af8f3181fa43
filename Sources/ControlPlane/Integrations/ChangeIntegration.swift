// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes

/// `PATCH /v1/integrations/{id}`.
func changeIntegration(_ call: Call) async throws -> Answer {
    let fields = try call.fields("allow", "limits", "quota", "reveal", "care", "expires_at")
    var patch = IntegrationPatch()
    patch.allow = try fields.settable("allow", .lendRules)
    patch.limits = try fields.clearable("limits", .limits)
    patch.quota = try fields.clearable("quota", .quota(in: call.ports.zones))
    patch.reveals = try fields.settable("reveal", .bool)
    patch.care = try fields.settable("care", .lendCare)
    patch.expiresAt = try fields.clearable("expires_at", .future(from: call.now))
    let changed = try await call.ports.integrations.change(
        by: call.caller, call.id("integration"), patch, ifRevision: call.expectedRevision(), at: call.now)
    return try await call.answer(changed)
}
