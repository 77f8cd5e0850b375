#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

namespace jointly::gateway {

// Suspends a coroutine until the callback given to `start` is called, from any thread; the
// coroutine goes on where it was. Asio's handlers can only be moved and std::function copies, hence
// the shared pointer.
template <typename Result, typename Start>
auto AwaitCallback(Start start) {
  return boost::asio::async_initiate<decltype(boost::asio::use_awaitable), void(Result)>(
      [](auto handler, Start begin) {
        auto executor = boost::asio::get_associated_executor(handler);
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        // Keeps the io_context running while only another thread can end the wait.
        auto work = boost::asio::make_work_guard(executor);
        begin([shared, executor, work](Result result) {
          boost::asio::post(executor, [shared, result = std::move(result)]() mutable {
            (*shared)(std::move(result));
          });
        });
      },
      boost::asio::use_awaitable, std::move(start));
}

}  // namespace jointly::gateway
