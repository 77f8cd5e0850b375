#pragma once

#include <atomic>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace jointly::gateway {

// What a suspended coroutine leaves with the one who will call back. Asio's handlers can only be
// moved and std::function copies, so it is shared; the call empties it, because the function object
// itself may be destroyed much later, on a thread that knows nothing of us.
template <typename CoroutineHandler>
struct Suspended {
  using Executor = boost::asio::associated_executor_t<CoroutineHandler>;

  explicit Suspended(CoroutineHandler h)
      : executor(boost::asio::get_associated_executor(h)), work(executor), handler(std::move(h)) {}

  Executor executor;
  // Keeps the io_context running while only another thread can end the wait.
  boost::asio::executor_work_guard<Executor> work;
  CoroutineHandler handler;
};

// Suspends a coroutine until the callback given to `start` is called, once, from any thread; the
// coroutine goes on where it was. `callbacks` counts the calls that have not returned yet: while it
// is not zero the io_context must live.
template <typename Result, typename Start>
auto AwaitCallback(const std::shared_ptr<std::atomic<int>>& callbacks, Start start) {
  return boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void(Result)>(
      [](auto handler, std::shared_ptr<std::atomic<int>> count, Start begin) {
        using Handler = decltype(handler);
        count->fetch_add(1);
        auto holder = std::make_shared<std::unique_ptr<Suspended<Handler>>>(
            std::make_unique<Suspended<Handler>>(std::move(handler)));
        begin([holder, count](Result result) {
          {
            const auto suspended = std::move(*holder);
            boost::asio::post(suspended->executor, [handler = std::move(suspended->handler),
                                                    result = std::move(result)]() mutable {
              std::move(handler)(std::move(result));
            });
          }
          count->fetch_sub(1);
        });
      },
      boost::asio::use_awaitable, std::shared_ptr<std::atomic<int>>(callbacks), std::move(start));
}

}  // namespace jointly::gateway
