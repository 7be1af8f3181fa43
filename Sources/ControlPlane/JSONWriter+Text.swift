// SPDX-License-Identifier: Apache-2.0
import Access
import Wire

extension JSONWriter {
    /// A member with a moment, an id or anything else that is written as its description; nil as null.
    mutating func text(_ name: String, _ value: (some CustomStringConvertible)?) {
        member(name, value?.description)
    }

    /// A member that is JSON already, such as stored metadata.
    mutating func member(_ name: String, json text: String) {
        key(name)
        raw(text.utf8)
    }

    /// A member with routes.
    mutating func member(_ name: String, _ routes: [Route]) {
        key(name)
        array { writer in
            for route in routes {
                writer.object { writer in
                    writer.member("methods", route.shownMethods)
                    writer.member("path", route.path)
                }
            }
        }
    }
}
