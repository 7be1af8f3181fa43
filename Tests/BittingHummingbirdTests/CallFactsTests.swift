// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BittingHummingbird

@Suite("What of a call is told")
struct CallFactsTests {
    @Test(
        "is what the data plane takes; anything else is unknown",
        arguments: [
            ("GET", "/labels", "GET", "/labels"), ("GET", "/labels?key=secret", "GET", "/labels"),
            ("M-SEARCH", "/", "M-SEARCH", "/"), ("get", "/", nil, "/"), ("G_T", "/", nil, "/"),
            ("GET", "", "GET", nil), ("GET", "*", "GET", nil), ("GET", "http://other/labels", "GET", nil),
            ("GET", "/" + String(repeating: "x", count: 8192), "GET", nil),
        ] as [(String, String, String?, String?)])
    func told(_ method: String, _ target: String, _ toldMethod: String?, _ toldPath: String?) {
        let facts = CallFacts(method: method, target: target, userAgent: nil)
        #expect(facts.method == toldMethod && facts.path == toldPath)
    }

    @Test("a long user agent is cut to what is kept")
    func agent() {
        let facts = CallFacts(method: "GET", target: "/", userAgent: String(repeating: "ä", count: 600))
        #expect(facts.userAgent?.unicodeScalars.count == 512)
    }
}
