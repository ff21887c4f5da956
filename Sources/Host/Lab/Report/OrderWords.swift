import PluginAPI

/// Why orders stand: the job that placed them and the words of its bundle.
///
/// Remembers the newest orders only; there are never that many that stand.
struct OrderWords: Sendable {
  private let capacity: Int
  private var texts: [String] = []
  private var numbers: [String: Int32] = [:]
  private var orders: [OrderID: Int32] = [:]
  private var ring: [OrderID] = []
  private var oldest = 0

  init(capacity: Int = 65_536) { self.capacity = capacity }

  /// The number of a reason; equal reasons have equal numbers.
  mutating func number(of text: String) -> Int32 {
    if let known = numbers[text] { return known }
    let number = Int32(texts.count)
    texts.append(text)
    numbers[text] = number
    return number
  }

  /// Remembers why an order stands.
  mutating func add(_ order: OrderID, _ reason: Int32) {
    orders[order] = reason
    guard ring.count == capacity else { return ring.append(order) }
    orders[ring[oldest]] = nil
    ring[oldest] = order
    oldest = (oldest + 1) % capacity
  }

  /// Why an order stands or stood; `nil` when nobody here placed it.
  subscript(order: OrderID) -> String? { orders[order].map { texts[Int($0)] } }

  /// `job: words`, without the words that hold digits: counters, wallets and prices do not make
  /// another reason.
  static func text(job: String, label: String) -> String {
    let words = label.split(separator: " ").filter { word in !word.contains { $0.isNumber } }
    return "\(job): \(words.joined(separator: " "))"
  }
}
