/// A course of values in bounded memory that keeps every extreme.
///
/// Values fall into buckets of equal length; a bucket keeps its first, lowest, highest and last
/// value. When there are too many buckets, neighbours are joined, so memory does not grow with time
/// and no peak is lost. Adding costs O(1), amortised.
struct SampledSeries: Sendable {
  /// A value at a time, in seconds since the run began.
  struct Point: Sendable, Hashable {
    var time: Double
    var value: Double
  }

  private struct Bucket: Sendable {
    var number: Int
    var first: Point
    var lowest: Point
    var highest: Point
    var last: Point

    init(number: Int, _ point: Point) {
      self.number = number
      (first, lowest, highest, last) = (point, point, point, point)
    }

    mutating func add(_ point: Point) {
      if point.value < lowest.value { lowest = point }
      if point.value > highest.value { highest = point }
      last = point
    }

    mutating func join(_ later: Bucket) {
      if later.lowest.value < lowest.value { lowest = later.lowest }
      if later.highest.value > highest.value { highest = later.highest }
      last = later.last
    }

    /// The points that differ, in the order of time.
    var points: [Point] {
      let middle = lowest.time <= highest.time ? [lowest, highest] : [highest, lowest]
      return ([first] + middle + [last]).reduce(into: []) { points, point in
        if points.last != point { points.append(point) }
      }
    }
  }

  private let capacity: Int
  private var width: Double
  private var buckets: [Bucket] = []

  /// Makes an empty course of at most `capacity` buckets of at first `width` seconds.
  init(capacity: Int = 512, width: Double = 1) {
    self.capacity = max(2, capacity)
    self.width = width
  }

  /// All points that are kept, in the order of time: at most four times the capacity.
  var points: [Point] { buckets.flatMap(\.points) }

  /// Adds a value; times must not fall.
  mutating func add(_ value: Double, at time: Double) {
    let point = Point(time: time, value: value)
    let number = Int(time / width)
    if let last = buckets.indices.last, buckets[last].number == number {
      return buckets[last].add(point)
    }
    buckets.append(Bucket(number: number, point))
    if buckets.count > capacity { coarsen() }
  }

  private mutating func coarsen() {
    width *= 2
    var joined: [Bucket] = []
    joined.reserveCapacity(capacity + 1)
    for var bucket in buckets {
      bucket.number /= 2
      if let last = joined.indices.last, joined[last].number == bucket.number {
        joined[last].join(bucket)
      } else {
        joined.append(bucket)
      }
    }
    buckets = joined
  }
}

/// An even sample of things that come one after another, in bounded memory: every one at first,
/// then every second, every fourth, and so on.
struct EvenSample<Element: Sendable>: Sendable {
  private let capacity: Int
  private var stride = 1
  private(set) var count = 0
  private(set) var elements: [Element] = []

  init(capacity: Int) { self.capacity = max(2, capacity) }

  mutating func add(_ element: @autoclosure () -> Element) {
    defer { count += 1 }
    guard count % stride == 0 else { return }
    elements.append(element())
    guard elements.count > capacity else { return }
    elements = elements.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    stride *= 2
  }
}
