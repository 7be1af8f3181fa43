// SPDX-License-Identifier: Apache-2.0
import Shapes
import Testing
import Wire

@Test("A member that is not known is refused before any is read, with those that are")
func unknownMember() throws {
    let json = try JSON.parse(#"{"name":"x","nmae":"y"}"#)
    #expect(throws: FieldFault.unknown("/a/nmae", known: ["name"])) { try Fields(json, at: "/a", ["name"]) }
}

@Test("A pointer escapes tilde and slash, in that order")
func escapedPointer() {
    #expect(Fields.pointer("/sets", "a/b~c") == "/sets/a~1b~0c")
}
