// SPDX-License-Identifier: Apache-2.0
import BittingClient
import Secrets
import TestKit
import Testing

@Suite("The key in a request")
struct PresentedKeyTests {
    private static let one = Cast().plain.string
    private static let other = Cast().tied.string

    private static func basic(_ text: String) -> String { "Basic " + Base64Text.text(Array(text.utf8)) }

    @Test(
        "is found where it may stand",
        arguments: [
            ([], [], PresentedKey.none),
            (["Bearer \(one)"], [], .one(one)), (["bearer   \(one)"], [], .one(one)),
            ([], [one], .one(one)), ([basic("\(one):")], [], .one(one)), ([basic(one)], [], .one(one)),
            (["Bearer"], [], .none), (["Bearer "], [], .none), (["Digest \(one)"], [], .none), ([one], [], .none),
            (["Bearer \(one)"], [one], .one(one)), ([basic("\(one):x")], [one], .one(one)),
            (["Bearer an.applications.token"], [one], .one(one)),
        ])
    func found(_ authorization: [String], _ apiKey: [String], _ expected: PresentedKey) {
        #expect(PresentedKey(authorization: authorization, apiKey: apiKey) == expected)
    }

    @Test(
        "is refused where two programs could see different ones",
        arguments: [
            (["Bearer \(one)"], [other]), ([basic("\(one):")], [other]), (["Bearer \(one)", "Bearer \(one)"], []),
            ([], [one, one]), (["Basic ###"], []), (["Basic ###"], [one]), (["Basic YQ"], []),
        ])
    func ambiguous(_ authorization: [String], _ apiKey: [String]) {
        #expect(PresentedKey(authorization: authorization, apiKey: apiKey) == .ambiguous)
    }
}
