// SPDX-License-Identifier: Apache-2.0

/// Member names: read, compared with their siblings, and joined to the pointer of the place where the reader is.
extension JSONReader {
    mutating func readName(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONText {
        let name: JSONText
        do throws(JSONScanFault) {
            name = try bytes.scanString(at: offset)
        } catch {
            throw fault(error.code, error.offset, bytes)
        }
        try checkFewNames(name, bytes)
        names.append(name)
        offset = name.slice.end + 1
        guard let byte = try peek(bytes) else { throw fault(.unexpectedEnd, offset, bytes) }
        guard byte == .colon else { throw fault(.unexpectedByte, offset, bytes) }
        offset += 1
        expectation = .value
        return name
    }

    private mutating func checkFewNames(_ name: JSONText, _ bytes: Span<UInt8>) throws(JSONFault) {
        let first = levels[depth - 1].firstName
        guard names.count - first < Self.namesComparedAtOnce else { return }
        for index in first..<names.count where names[index].isSame(as: name, in: bytes) {
            throw duplicate(name, bytes)
        }
    }

    /// Compares the names of a large object at its end.
    mutating func checkManyNames(_ bytes: Span<UInt8>) throws(JSONFault) {
        let first = levels[depth - 1].firstName
        guard names.count - first > Self.namesComparedAtOnce else { return }
        var hashes: [(hash: Int, index: Int)] = []
        hashes.reserveCapacity(names.count - first)
        for index in first..<names.count { hashes.append((names[index].hash(in: bytes), index)) }
        hashes.sort { $0 < $1 }
        for place in 1..<hashes.count {
            var earlier = place - 1
            while earlier >= 0, hashes[earlier].hash == hashes[place].hash {
                let name = names[hashes[place].index]
                if names[hashes[earlier].index].isSame(as: name, in: bytes) { throw duplicate(name, bytes) }
                earlier -= 1
            }
        }
    }

    private mutating func duplicate(_ name: JSONText, _ bytes: Span<UInt8>) -> JSONFault {
        names.append(name)
        return fault(.duplicateName, name.slice.start - 1, bytes)
    }

    func fault(_ code: JSONFault.Code, _ offset: Int, _ bytes: Span<UInt8>) -> JSONFault {
        JSONFault(code: code, offset: offset, pointer: pointer(bytes))
    }

    /// The value read last or about to be read, as a JSON pointer (RFC 6901). Allocates.
    package func pointer(_ bytes: Span<UInt8>) -> String {
        var pointer = ""
        for place in 0..<depth {
            guard levels[place].isObject else {
                pointer += "/\(levels[place].element)"
                continue
            }
            let end = place + 1 < depth ? levels[place + 1].firstName : names.count
            guard end > levels[place].firstName else { break }
            pointer += "/"
            for character in names[end - 1].string(in: bytes).unicodeScalars {
                switch character {
                case "~": pointer += "~0"
                case "/": pointer += "~1"
                default: pointer.unicodeScalars.append(character)
                }
            }
        }
        return pointer
    }
}
