// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

/// An exported trail: one event a line, or JSON lists of events or pages as `GET /v1/events` gives them.
///
/// Lines are read one after another, so a trail of one event a line may be larger than memory. A document that is
/// spread over several lines is read whole.
struct TrailFile {
    /// No line and no spread-out document is longer.
    private static let limit = 1 << 30

    let path: String

    /// Hands over each event and where it stands.
    func forEach(_ body: (Event, String) throws -> Void) throws {
        let descriptor = try FileBytes.open(path)
        defer { FileBytes.close(descriptor) }
        var lines = LineSource(descriptor: descriptor, limit: TrailFile.limit)
        var number = 0
        while let line = try lines.next() {
            number += 1
            guard !line.allSatisfy(TrailFile.isBlank) else { continue }
            try visit(try document(line, number, &lines), "line \(number)", body)
        }
    }

    /// The line as JSON; the first one may be the beginning of a document that takes the rest of the file.
    private func document(_ line: [UInt8], _ number: Int, _ lines: inout LineSource) throws -> JSON {
        do throws(JSONFault) {
            return try JSON.parse(line)
        } catch {
            guard error.code == .unexpectedEnd, number == 1 else { throw notJSON(error, "line \(number)") }
        }
        let whole = try line + [0x0a] + lines.rest()
        do throws(JSONFault) {
            return try JSON.parse(whole)
        } catch {
            throw notJSON(error, nil)
        }
    }

    private func notJSON(_ fault: JSONFault, _ place: String?) -> TrailCheck.Fault {
        TrailCheck.Fault(place: place, what: "it is not JSON: \(fault.code.rawValue) at byte \(fault.offset).")
    }

    private func visit(_ json: JSON, _ place: String, _ body: (Event, String) throws -> Void) throws {
        guard let list = json.asArray ?? json["items"]?.asArray else { return try body(try event(json, place), place) }
        for (index, item) in list.enumerated() {
            let place = "item \(index + 1)" + (place == "line 1" ? "" : " of \(place)")
            try body(try event(item, place), place)
        }
    }

    private func event(_ json: JSON, _ place: String) throws(TrailCheck.Fault) -> Event {
        do throws(Event.ReadingFault) {
            return try Event(reading: json)
        } catch {
            let sequence = json["sequence"]?.asInteger.map { "event \($0)" } ?? "it"
            throw TrailCheck.Fault(
                place: place, what: "\(sequence) is not as events are written: \(PlainText.line(error.member)).")
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
}
