// SPDX-License-Identifier: Apache-2.0

/// `GET /v1/proxy/ca.pem`: what programs that call through the forward proxy must trust. No secret.
func readProxyAuthority(_ call: Call) async throws -> Answer {
    Answer("application/x-pem-file", Array(try await call.ports.proxyAuthority(call.caller, call.now).utf8))
}
