// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Secrets

/// `GET /deposit`: the page on which a key is sealed and handed in. It is the same for everybody: whom it is for stands
/// in the fragment of its address, which only its script sees.
func depositPage(_ ports: ControlPorts) async throws -> Answer {
    var random = Randomness.system
    let nonce = Base64URL.text((0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    let text = String(decoding: PackageResources.deposit_html, as: UTF8.self)
    let page = text.split(separator: "{{nonce}}", omittingEmptySubsequences: false).joined(separator: nonce)
    var answer = Answer("text/html; charset=utf-8", Array(page.utf8))
    answer.fields[.contentSecurityPolicy] = """
        default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; connect-src 'self'; img-src data:; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'
        """
    answer.fields[.name("Referrer-Policy")] = "no-referrer"
    answer.fields[.name("X-Frame-Options")] = "DENY"
    answer.fields[.name("Cross-Origin-Opener-Policy")] = "same-origin"
    answer.fields[.name("Cross-Origin-Resource-Policy")] = "same-origin"
    answer.fields[.name("Permissions-Policy")] = "camera=(), microphone=(), geolocation=(), payment=()"
    return answer
}
