// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Metering
import Shapes

/// `POST /v1/integrations`.
func createIntegration(_ call: Call) async throws -> Answer {
    let fields = try call.fields(
        "name", "app", "credential", "allow", "limits", "quota", "reveal", "care", "expires_at")
    var draft = IntegrationDraft(
        name: try fields.required("name", .pathName), app: try fields.required("app", .id("an app")),
        credential: try fields.required("credential", .id("a credential")),
        allow: try fields.required("allow", .lendRules),
        expiresAt: try fields.nullable("expires_at", .future(from: call.now)))
    draft.limits = try fields.optional("limits", .limits) ?? []
    draft.quota = try fields.nullable("quota", .quota(in: call.ports.zones))
    draft.reveals = try fields.optional("reveal", .bool) ?? false
    draft.care = try fields.optional("care", .lendCare) ?? LendCare()
    let (now, zones) = (call.now, call.ports.zones)
    let answer = { @Sendable (made: Integration) in
        let view = IntegrationView(
            integration: made, balance: made.budget.map { Balance(new: $0.budget, at: now, in: zones) }, lastUsedAt: nil
        )
        return Answer.made(at: "/v1/integrations/\(made.id)", revision: made.revision) { $0.members(of: view) }
    }
    return try await call.making(answer) {
        try await call.ports.integrations.grant(by: call.caller, draft, at: call.now, keeping: $0)
    }
}
