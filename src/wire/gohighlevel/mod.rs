//! GoHighLevel.
