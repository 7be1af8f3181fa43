// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Shapes
import Testing
import Secrets
import Wire

@testable import ControlPlane

@Suite struct ReadingTests {
    @Test func `base 64 comes back, each value in one spelling`() {
        for count in 0...40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
            let text = Base64URL.text(bytes)
            #expect(Base64URL.bytes(text) == bytes)
            #expect(!text.contains("="))
        }
        #expect(Base64URL.text([0xFB, 0xFF]) == "-_8")
        for wrong in ["A", "AB", "AB=", "A+", "-_9", "AAAAB"] { #expect(Base64URL.bytes(wrong) == nil, "\(wrong)") }
    }

    @Test func `queries are read as forms write them`() throws {
        let query = try Query("a=1&b=x+y%20z%2B&c")
        #expect(query.text("a") == "1")
        #expect(query.text("b") == "x y z+")
        #expect(query.text("c") == "")
        #expect(query.text("d") == nil)
    }

    @Test(arguments: ["a=1&a=2", "a=1&%61=2", "a=%", "a=%4", "a=%g0", "a=%0a", "a=%80"])
    func `queries that cannot be read are refused`(_ text: String) {
        #expect(throws: ParameterFault.self) { try Query(text[...]) }
    }

    @Test func `a field that is absent, null or there is told apart`() throws {
        let fields = try Fields(["a": .null, "b": "x"], at: "", ["a", "b", "c"])
        #expect(try fields.clearable("a", .name) == .clear)
        #expect(try fields.clearable("b", .name) == .set("x"))
        #expect(try fields.clearable("c", .name) == .keep)
        #expect(try fields.nullable("a", .name) == nil)
        #expect(throws: FieldFault.self) { try fields.optional("a", .name) }
        #expect(throws: FieldFault.self) { try fields.required("c", .name) }
    }

    @Test func `text is counted in characters`() throws {
        let shape = Shape<String>.text(1...3)
        #expect(try shape.read("äöü", "") == "äöü")
        #expect(throws: FieldFault.self) { try shape.read("äöüx", "") }
        #expect(throws: FieldFault.self) { try shape.read("", "") }
    }
}
