// SPDX-License-Identifier: Apache-2.0
import HeldKeys

/// `POST /v1/integrations/{id}/pause`.
func pauseIntegration(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.answer(
        call.ports.integrations.pause(by: call.caller, call.id("integration"), at: call.now))
}

/// `POST /v1/integrations/{id}/resume`.
func resumeIntegration(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.answer(
        call.ports.integrations.resume(by: call.caller, call.id("integration"), at: call.now))
}

/// `POST /v1/integrations/{id}/revoke`.
func revokeIntegration(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.answer(
        call.ports.integrations.revoke(by: call.caller, call.id("integration"), at: call.now))
}
