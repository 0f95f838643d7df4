export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const cookie = (value: string): string[] => ['Host', 'chat.example', 'Cookie', value];
