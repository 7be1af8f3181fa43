// SPDX-License-Identifier: Apache-2.0
import Access
import Testing

@Suite struct HTTPDateTests {
    @Test(
        "a moment is written as an IMF-fixdate",
        arguments: [
            ("1994-11-06T08:49:37.999Z", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("2026-01-31T09:00:00.000Z", "Sat, 31 Jan 2026 09:00:00 GMT"),
            ("1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            ("2024-02-29T23:59:59.001Z", "Thu, 29 Feb 2024 23:59:59 GMT"),
            ("9999-12-31T23:59:59.000Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
            ("0000-03-01T00:00:00.000Z", "Wed, 01 Mar 0000 00:00:00 GMT"),
        ])
    func fixdate(moment: String, text: String) throws {
        #expect(try #require(Instant(moment)).httpDate == text)
    }
}
