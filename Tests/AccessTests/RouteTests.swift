// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@Suite struct RouteTests {
    private static func allows(_ route: Route, _ method: String, _ path: String) -> Bool {
        let bytes = Array((method + path + "/**").utf8)
        let end = method.utf8.count
        return route.allows(bytes.span, method: 0..<end, path: end..<(end + path.utf8.count))
    }

    @Test(
        "a pattern matches whole segments",
        arguments: [
            ("/labels", "/labels", true), ("/labels", "/labels/", false), ("/labels", "/labels/1", false),
            ("/labels", "/label", false), ("/labels", "/labelss", false), ("/labels", "/LABELS", false),
            ("/labels", "/", false),
            ("/labels/", "/labels/", true), ("/labels/", "/labels", false), ("/", "/", true), ("/", "/a", false),
            ("/labels/*", "/labels/1", true), ("/labels/*", "/labels/", false), ("/labels/*", "/labels", false),
            ("/labels/*", "/labels/1/2", false), ("/labels/*", "/labels/1/", false), ("/*", "/a", true),
            ("/*", "/", false),
            ("/*/void", "/1/void", true), ("/*/void", "/1/2/void", false), ("/*/void", "//void", false),
            ("/labels/**", "/labels", true), ("/labels/**", "/labels/", true), ("/labels/**", "/labels/1/2/3", true),
            ("/labels/**", "/labelsx", false), ("/labels/**", "/label", false), ("/**", "/", true),
            ("/**", "/a/b", true),
            ("/a/*/**", "/a", false), ("/a/*/**", "/a/b", true), ("/a/*/**", "/a/b/c", true),
            ("/%C3%A9", "/%C3%A9", true),
        ])
    func matches(pattern: String, path: String, isMatch: Bool) {
        #expect(Self.allows(.of(["GET"], pattern), "GET", path) == isMatch)
    }

    @Test(
        "methods are matched as they are sent",
        arguments: [
            (["GET"], "GET", true), (["GET"], "POST", false), (["GET"], "get", false), (["GET"], "GETS", false),
            (["GET", "POST"], "POST", true), (["*"], "DELETE", true), (["*", "GET"], "PURGE", true),
            (["M-SEARCH"], "M-SEARCH", true),
        ] as [([String], String, Bool)])
    func methods(methods: [String], method: String, isMatch: Bool) {
        #expect(Self.allows(.of(methods, "/a"), method, "/a") == isMatch)
    }

    @Test(
        "a pattern that is not canonical, or has a star in the wrong place, is refused",
        arguments: [
            "", "labels", "/a//b", "/../a", "/a/./b", "/%2e", "/%41", "/%c3%a9", "/a?b", "/a b", "/**/a", "/a**", "/a*",
            "/*a",
            "/a/***", "/a/**/", "//", "/é", "/" + String(repeating: "a", count: 1024),
        ])
    func badPattern(path: String) {
        #expect(throws: Route.Fault.path(path)) { try Route(methods: ["GET"], path: path) }
    }

    @Test(
        "what is no method is refused",
        arguments: ["", "get", "GE T", "GET\r\n", "G*", "GÉT", String(repeating: "A", count: 33)])
    func badMethod(method: String) {
        #expect(throws: Route.Fault.method(method)) { try Route(methods: ["GET", method], path: "/a") }
    }

    @Test("no method at all is refused, not taken for any")
    func noMethods() {
        #expect(throws: Route.Fault.method("")) { try Route(methods: [], path: "/a") }
        #expect(Route.of(["*"], "/a").shownMethods == ["*"])
        #expect(Route.of(["GET", "PUT"], "/a").shownMethods == ["GET", "PUT"])
    }

    @Test("random patterns match what a naive reading of them matches")
    func againstNaive() {
        var random = Seeded(6)
        var matches = 0
        for _ in 0..<20_000 {
            var parts = (0..<random.below(4)).map { _ in random.pick(["a", "b", "*"]) }
            if random.below(3) == 0 || parts.isEmpty { parts.append("**") }
            let path = (0..<random.below(5)).map { _ in random.pick(["a", "b"]) }
            let isMatch = Self.naive(parts[...], path[...])
            let text = "/" + path.joined(separator: "/")
            if path.isEmpty, parts != ["**"] { continue }
            matches += isMatch ? 1 : 0
            #expect(
                Self.allows(.of(["*"], "/" + parts.joined(separator: "/")), "GET", text) == isMatch, "\(parts) \(text)")
        }
        #expect(matches > 2000)
    }

    private static func naive(_ pattern: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return path.isEmpty }
        if first == "**" { return true }
        guard let segment = path.first, first == "*" || first == segment else { return false }
        return naive(pattern.dropFirst(), path.dropFirst())
    }
}
