// SPDX-License-Identifier: Apache-2.0

/// `GET /v1/proxy/ca.pem`: what programs that call through the forward proxy must trust. No secret.
func readProxyAuthority(_ call: Call) async throws -> Answer {
    Answer("application/x-pem-file", Array(call.ports.proxyAuthority.utf8))
}
