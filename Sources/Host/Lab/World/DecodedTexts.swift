import FoundationEssentials
import Isolation

/// Values that were read from JSON before: jobs read the same text of theirs again and again.
///
/// Objects are not kept, because whoever got one could change it for the next.
final class DecodedTexts: Sendable {
  private static let capacity = 16

  private struct Entry {
    var type: ObjectIdentifier
    var text: String
    var value: Any
  }

  private struct Shelf {
    var entries: [Entry] = []
    var next = 0
  }

  private let shelf = Guarded(Shelf())

  func decode<Value: Decodable>(_ type: Value.Type, from text: String) throws -> Value {
    let identity = ObjectIdentifier(type)
    let known = shelf.withLock { shelf in
      shelf.entries.first { $0.type == identity && $0.text == text }?.value as? Value
    }
    if let known { return known }
    let value = try JSONDecoder().decode(type, from: Data(text.utf8))
    guard !(type is AnyClass) else { return value }
    shelf.withLock { shelf in
      let entry = Entry(type: identity, text: text, value: value)
      if shelf.entries.count < Self.capacity {
        shelf.entries.append(entry)
      } else {
        shelf.entries[shelf.next] = entry
        shelf.next = (shelf.next + 1) % Self.capacity
      }
    }
    return value
  }
}
