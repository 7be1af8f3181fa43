// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

extension JSONWriter {
    /// A member with rules.
    mutating func member(_ name: String, _ rules: [LendRule]) {
        key(name)
        array { writer in
            for rule in rules {
                writer.object { writer in
                    writer.member("methods", rule.route.shownMethods)
                    writer.member("path", rule.route.path)
                    guard let query = rule.query else { return }
                    writer.key("query")
                    writer.object { writer in
                        for parameter in query {
                            writer.member(
                                String(decoding: parameter.name, as: UTF8.self), parameter.values.map(\.text))
                        }
                    }
                }
            }
        }
    }
}
