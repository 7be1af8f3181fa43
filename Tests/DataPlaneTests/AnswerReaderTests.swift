// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Testing

@testable import DataPlane

private func read(
    _ text: String, _ wants: [AnswerWant], rows: AnswerRows? = nil, as type: String = "application/json; charset=utf-8"
) -> ProviderAnswer {
    var call = ProviderCall(method: "GET", target: "/")
    (call.wants, call.rows) = (wants, rows)
    var answer = ProviderAnswer(status: 200)
    AnswerReader(Array(text.utf8), contentType: type).read(call, into: &answer)
    return answer
}

private func want(_ way: String, json: Bool = false, otherwise: String? = nil) throws -> AnswerWant {
    var want = AnswerWant(name: "a", at: try #require(AnswerPath(way)), asJSON: json)
    want.otherwise = otherwise
    return want
}

@Suite("What is read of a provider's answer") struct AnswerReaderTests {
    @Test(
        "JSON that is absent or null has what stands in for it, where something does",
        arguments: [
            (#"{"c":{"x":[1]}}"#, nil, #"{"x":[1]}"#), (#"{"c":{"x":[1]}}"#, "{}", #"{"x":[1]}"#), ("{}", nil, nil),
            ("{}", "{}", "{}"), (#"{"c":null}"#, "{}", "{}"), (#"{"c":null}"#, nil, "null"), ("[]", "{}", "{}"),
            ("", "{}", nil), ("{", "{}", nil),
        ] as [(String, String?, String?)])
    func documents(_ text: String, _ otherwise: String?, _ document: String?) throws {
        let answer = read(text, [try want("/c", json: true, otherwise: otherwise)])
        #expect(answer.documents["a"] == document)
        #expect(answer.isReadable == (document != nil))
    }

    @Test("The keys of IAM are read from XML, one or two")
    func accessKeys() throws {
        func list(_ ids: [String]) -> String {
            let members = ids.map { "<member><UserName>u</UserName><AccessKeyId>\($0)</AccessKeyId></member>" }
            return #"<?xml version="1.0"?><ListAccessKeysResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">"#
                + "<ListAccessKeysResult><AccessKeyMetadata>\(members.joined())</AccessKeyMetadata>"
                + "<IsTruncated>false</IsTruncated></ListAccessKeysResult></ListAccessKeysResponse>"
        }
        let rows = AnswerRows(
            items: try #require(AnswerPath("/ListAccessKeysResult/AccessKeyMetadata/member")),
            key: try #require(AnswerPath("/AccessKeyId")), label: nil, more: nil)
        for ids in [["AKIA1"], ["AKIA1", "AKIA2"]] {
            let answer = read(list(ids), [], rows: rows, as: "text/xml")
            #expect(answer.isReadable)
            #expect(answer.rows == ids.map { .init(key: $0, label: nil) })
        }
    }

    @Test("A whole number is an id too")
    func numbers() throws {
        let answer = read(#"{"id":42,"token":"glpat-x"}"#, [try want("/id")])
        #expect(answer.texts["a"] == Array("42".utf8))
        #expect(!read(#"{"id":4.5}"#, [try want("/id")]).isReadable)
    }

    @Test("A list may be the whole answer")
    func wholeList() throws {
        let rows = AnswerRows(
            items: try #require(AnswerPath("")), key: try #require(AnswerPath("/id")), label: AnswerPath("/name"),
            more: nil)
        let answer = read(#"[{"id":1,"name":"bitting-1"},{"id":2,"name":"two words"}]"#, [], rows: rows)
        #expect(answer.rows == [.init(key: "1", label: "bitting-1"), .init(key: "2", label: nil)])
        #expect(read("[]", [], rows: rows).isReadable)
    }
}
